"""Tests of who is a neighbour."""

from services.strategy_confidence_scorer.score_inputs import Subject, neighbours
from tradestream.strategies.identity import strategy_id

SYMBOL = "BTC-USD"


def subject(name: str, parameters: dict[str, int | float]) -> Subject:
    return Subject("id", name, parameters, "candidate", ("a", "b"), None)


def identities(name: str, *all_parameters: dict[str, int | float]) -> set[str]:
    return {strategy_id(name, p, SYMBOL, "1m") for p in all_parameters}


def test_neighbours_are_one_step_away_in_one_gene() -> None:
    found = set(
        neighbours(
            subject("SMA_EMA_CROSSOVER", {"smaPeriod": 20, "emaPeriod": 30}), SYMBOL
        )
    )

    assert found == identities(
        "SMA_EMA_CROSSOVER",
        {"smaPeriod": 19, "emaPeriod": 30},
        {"smaPeriod": 21, "emaPeriod": 30},
        {"smaPeriod": 20, "emaPeriod": 29},
        {"smaPeriod": 20, "emaPeriod": 31},
    )


def test_the_edge_of_the_space_and_the_order_of_genes_are_kept() -> None:
    lowest = subject("DONCHIAN_BREAKOUT", {"donchianPeriod": 10})
    tight = subject("AWESOME_OSCILLATOR", {"shortPeriod": 10, "longPeriod": 11})

    assert set(neighbours(lowest, SYMBOL)) == identities(
        "DONCHIAN_BREAKOUT", {"donchianPeriod": 11}
    )
    assert set(neighbours(tight, SYMBOL)) == identities(
        "AWESOME_OSCILLATOR",
        {"shortPeriod": 9, "longPeriod": 11},
        {"shortPeriod": 10, "longPeriod": 12},
    )
