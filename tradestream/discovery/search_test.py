"""The search finds what is there, counts what it tried, and repeats itself."""

import numpy as np
import pytest

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.discovery import search as search_module
from tradestream.discovery.genome import Space
from tradestream.discovery.objective import excess_sharpe_score
from tradestream.discovery.search import (
    SearchConfig,
    SearchResult,
    search,
    try_genomes,
)
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.markets import instrument_of, random_walk, recorded

SERIES = recorded("BTC-USD_1m", 1000, 2440)
WINDOW = Window(SERIES, instrument_of(SERIES), Costs(0, 0))

SMALL = [
    "SMA_EMA_CROSSOVER",
    "DONCHIAN_BREAKOUT",
    "RSI_EMA_CROSSOVER",
    "VWAP_CROSSOVER",
]
LARGE = ["SMA_RSI", "PARABOLIC_SAR", "BBAND_W_R"]


def scores_of_all(name: str) -> np.ndarray:
    result = WINDOW.evaluate(name, Space(CATALOGUE[name]).enumerate(), hourly=False)
    return excess_sharpe_score(result.excess_sharpe_bar, result.trades)


def as_bytes(result: SearchResult) -> bytes:
    return repr(
        [
            (f.parameters, f.score, f.metrics, f.hourly.tobytes(), f.plateau, f.rank)
            for f in result.found
        ]
        + [result.trials, result.sharpe_sum, result.sharpe_square_sum]
    ).encode()


@pytest.mark.parametrize("name", SMALL)
def test_a_small_space_is_searched_exhaustively(name: str) -> None:
    scores = scores_of_all(name)

    result = search(WINDOW, name, SearchConfig())

    assert result.certificate == "exhaustive"
    assert result.trials == Space(CATALOGUE[name]).size()
    assert result.found[0].score == np.max(scores)


@pytest.mark.parametrize(
    "name", ["SMA_EMA_CROSSOVER", "VWAP_CROSSOVER", "EMA_MACD", "TRIPLE_EMA_CROSSOVER"]
)
def test_the_genetic_search_comes_close_to_the_exhaustive_best(name: str) -> None:
    scores = scores_of_all(name)
    line = np.partition(scores, -len(scores) // 1000)[-len(scores) // 1000]
    near = np.max(scores) - 0.01 * (np.max(scores) - np.median(scores))

    found = [
        search(WINDOW, name, SearchConfig(seed=s, exhaustive_limit=0)).found[0].score
        for s in range(40)
    ]

    assert np.mean(np.array(found) >= min(line, near)) >= 0.95


@pytest.mark.parametrize("name", LARGE)
def test_the_genetic_search_beats_as_many_random_draws(name: str) -> None:
    best, drawn = [], []
    for seed in range(12):
        result = search(WINDOW, name, SearchConfig(seed=seed))
        best.append(result.found[0].score)
        genomes = Space(CATALOGUE[name]).random(result.trials, seed=seed)
        random = WINDOW.evaluate(name, genomes, hourly=False)
        scores = excess_sharpe_score(random.excess_sharpe_bar, random.trades)
        drawn.append(np.max(scores))

    assert np.mean(best) > np.mean(drawn)
    assert np.min(best) > np.min(drawn)


@pytest.mark.parametrize("name", [*LARGE, "DONCHIAN_BREAKOUT"])
def test_the_same_seed_gives_the_same_bytes_on_a_new_window(name: str) -> None:
    again = Window(SERIES, instrument_of(SERIES), Costs(0, 0), row_budget_bytes=1 << 20)

    first, second = (search(w, name, SearchConfig(seed=7)) for w in (WINDOW, again))

    assert as_bytes(first) == as_bytes(second)


def test_another_seed_tries_other_genomes() -> None:
    results = [
        search(WINDOW, "BBAND_W_R", SearchConfig(seed=s)) for s in (1, 2**64 - 1)
    ]

    assert results[0].sharpe_sum != results[1].sharpe_sum


@pytest.mark.parametrize("name", [*LARGE, *SMALL])
def test_results_are_distinct_ranked_and_complete(name: str) -> None:
    result = search(WINDOW, name, SearchConfig(top_n=4))

    assert 1 <= len(result.found) <= 4
    assert [f.rank for f in result.found] == list(range(1, len(result.found) + 1))
    scores = [f.score for f in result.found]
    assert scores == sorted(scores, reverse=True)
    assert len({str(f.parameters) for f in result.found}) == len(scores)
    for found in result.found:
        genome = WINDOW.genome(name, found.parameters)
        again = WINDOW.evaluate(name, genome)
        assert again.hourly[0].tobytes() == found.hourly.tobytes()
        assert (
            excess_sharpe_score(again.excess_sharpe_bar, again.trades)[0] == found.score
        )


def test_the_ledger_counts_distinct_genomes_and_those_that_traded() -> None:
    result = search(WINDOW, "DONCHIAN_BREAKOUT", SearchConfig())

    all_of_it = WINDOW.evaluate(
        "DONCHIAN_BREAKOUT", Space(CATALOGUE["DONCHIAN_BREAKOUT"]).enumerate()
    )
    sharpes = all_of_it.excess_sharpe_bar[all_of_it.trades > 0]
    assert result.trials == 41
    assert result.trials_with_trades == len(sharpes)
    assert result.sharpe_sum == pytest.approx(np.sum(sharpes))
    assert result.sharpe_square_sum == pytest.approx(np.sum(sharpes**2))


def test_plateau_is_the_share_of_good_neighbours() -> None:
    found = search(WINDOW, "SMA_EMA_CROSSOVER", SearchConfig()).found[0]
    space = Space(CATALOGUE["SMA_EMA_CROSSOVER"])
    around = space.neighbours(space.genome(found.parameters))
    scores = WINDOW.evaluate("SMA_EMA_CROSSOVER", around)

    good = excess_sharpe_score(scores.excess_sharpe_bar, scores.trades)

    assert found.plateau == np.mean(good >= found.score / 2)


def test_nothing_is_found_where_nothing_trades() -> None:
    series = random_walk(60)
    window = Window(series, instrument_of(series), Costs())

    result = search(window, "EMA_MACD", SearchConfig(top_n=3))

    short = window.evaluate("EMA_MACD", Space(CATALOGUE["EMA_MACD"]).enumerate())
    assert result.trials == 11_408
    assert result.trials_with_trades == np.sum(short.trades > 0)


def test_few_trades_are_trusted_less_and_none_not_at_all() -> None:
    sharpe, trades = (
        np.array([1.0, 1.0, -1.0, 1.0, np.nan]),
        np.array([20, 5, 5, 10, 0]),
    )

    score = excess_sharpe_score(sharpe, trades)

    assert score.tolist() == [1.0, 0.5, -2.0, 1.0, -np.inf]


@pytest.mark.parametrize(
    "wrong",
    [
        {"population_size": 1},
        {"population_size": 10**9},
        {"max_generations": 0},
        {"max_generations": 10**9},
        {"top_n": 0},
        {"seed": -1},
        {"seed": 2**64},
    ],
)
def test_an_impossible_configuration_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be within"):
        SearchConfig(**wrong)


def test_a_configuration_that_would_not_fit_the_memory_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 1,000,000, was 10,010,000"):
        SearchConfig(population_size=10_000, max_generations=1_000)


def test_a_long_search_goes_on_over_many_calls_to_the_same_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    config = SearchConfig(seed=3)
    whole = as_bytes(search(WINDOW, "BBAND_W_R", config))

    monkeypatch.setattr(search_module, "AT_A_TIME", 1)

    assert as_bytes(search(WINDOW, "BBAND_W_R", config)) == whole


def test_a_long_search_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_module, "AT_A_TIME", 100)
    told: list[tuple[int, float]] = []

    trials = try_genomes(
        WINDOW,
        "BBAND_W_R",
        SearchConfig(seed=3),
        lambda generation, best: told.append((generation, best)),
    )

    generations, scores = zip(*told, strict=True)
    assert list(generations) == list(range(2, 2 * len(told) + 1, 2))
    assert list(scores) == sorted(scores)
    assert scores[-1] == np.max(trials.scores)
