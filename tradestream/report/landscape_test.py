"""The landscape around a strategy is what the search would score there."""

import numpy as np
import pytest

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.discovery.genome import space_of
from tradestream.discovery.objective import excess_sharpe_score
from tradestream.report.landscape import MAP, PAIR, landscapes
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import instrument_of, random_walk

A_YEAR = np.sqrt(365 * 1440)


@pytest.fixture(scope="module")
def window() -> Window:
    series = random_walk(1_440)
    return Window(series, instrument_of(series), Costs())


def of_genes(count: int) -> str:
    return next(n for n, kind in CATALOGUE.items() if len(kind.parameters) == count)


def scored(window: Window, name: str, parameters: dict[str, float]) -> float | None:
    genome = np.array([[float(parameters[p.name]) for p in CATALOGUE[name].parameters]])
    trades, sharpes = window.outcomes(name, genome)
    score = float(excess_sharpe_score(sharpes, trades)[0] * A_YEAR)
    return round(score, 2) if np.isfinite(score) else None


@pytest.mark.parametrize(("genes", "drawn"), [(1, 1), (2, 1), (3, 3), (4, 6), (5, 6)])
def test_every_number_of_genes_has_its_drawings(
    window: Window, genes: int, drawn: int
) -> None:
    name = of_genes(genes)
    parameters = CATALOGUE[name].defaults()

    found = landscapes(window, name, parameters)

    assert len(found) == drawn
    most = {1: 201, 2: MAP + 1}.get(genes, PAIR + 1)
    for one in found:
        assert len(one.names) == min(genes, 2)
        assert max(len(one.across), len(one.upwards)) <= most
        assert len(one.scores) == max(len(one.upwards), 1)
        assert {len(row) for row in one.scores} == {len(one.across)}
        column, row = one.at
        assert one.across[column] == parameters[one.names[0]]
        assert one.scores[row][column] == scored(window, name, dict(parameters))


def test_the_other_genes_are_held_and_orders_kept(window: Window) -> None:
    parameters = CATALOGUE["EMA_MACD"].defaults()

    found = landscapes(window, "EMA_MACD", parameters)

    one = found[0]
    assert one.names == ("shortEmaPeriod", "longEmaPeriod")
    for row, long in enumerate(one.upwards):
        for column, short in enumerate(one.across):
            if long <= short:
                assert one.scores[row][column] is None
    column, row = 0, len(one.upwards) - 1
    moved = {**parameters, one.names[0]: one.across[0], one.names[1]: one.upwards[-1]}
    assert one.scores[row][column] == scored(window, "EMA_MACD", moved)
    assert not one.whole


def test_a_small_space_is_drawn_whole(window: Window) -> None:
    found = landscapes(
        window, "SMA_EMA_CROSSOVER", CATALOGUE["SMA_EMA_CROSSOVER"].defaults()
    )

    known = sum(score is not None for row in found[0].scores for score in row)
    assert found[0].whole
    assert known <= space_of(CATALOGUE["SMA_EMA_CROSSOVER"]).size()
