"""Windows: hours, holes, memory, and what they refuse."""

from dataclasses import replace

import numpy as np
import pytest

from tradestream.backtest.costs import Costs
from tradestream.backtest.program import Programs
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries
from tradestream.discovery.genome import Space
from tradestream.errors import InvalidCandleError
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import Parameter, StrategyType
from tradestream.testing.markets import START, instrument_of, quiet_market, random_walk


def window_on(series: CandleSeries, *, row_budget_bytes: int = 64 << 20) -> Window:
    instrument = instrument_of(series)
    return Window(series, instrument, Costs(), row_budget_bytes=row_budget_bytes)


def without(series: CandleSeries, first: int, last: int) -> CandleSeries:
    keep = np.r_[0:first, last : len(series)]
    return replace(
        series,
        open_times=series.open_times[keep],
        opens=series.opens[keep],
        highs=series.highs[keep],
        lows=series.lows[keep],
        closes=series.closes[keep],
        volumes=series.volumes[keep],
    )


def test_hours_are_clock_hours_and_empty_ones_count() -> None:
    series = without(random_walk(600), 100, 300)
    window = window_on(series)
    first_hour = START // 3600 * 3600

    result = window.evaluate("RSI_EMA_CROSSOVER", np.array([[9.0, 9.0]]))

    assert window.first_hour == first_hour
    assert window.hours == (START + 599 * 60) // 3600 - START // 3600 + 1
    assert result.hourly.shape == (1, window.hours)
    empty = (START + 200 * 60) // 3600 - START // 3600
    assert window.market_hourly[empty] == 0
    assert result.hourly[0, empty] == 0


def test_hourly_sums_add_up_to_the_whole() -> None:
    window = window_on(quiet_market(3000))
    genomes = Space(CATALOGUE["BBAND_W_R"]).random(20, seed=1)

    result = window.evaluate("BBAND_W_R", genomes)

    market = np.diff(window.series.closes) / window.series.closes[:-1]
    assert np.sum(window.market_hourly) == pytest.approx(np.sum(market))
    assert np.any(result.trades > 5)
    x = result.hourly.sum(axis=1) - result.exposure * np.sum(market)
    signs = np.sign(result.excess_sharpe_bar[result.trades > 0])
    assert np.array_equal(np.sign(x[result.trades > 0]), signs)


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_results_do_not_depend_on_the_memory_budget(name: str) -> None:
    series = random_walk(6000)
    genomes = Space(CATALOGUE[name]).random(120, seed=2)

    tight = window_on(series, row_budget_bytes=0).evaluate(name, genomes)

    ample = window_on(series).evaluate(name, genomes)
    assert tight.hourly.tobytes() == ample.hourly.tobytes()
    for metric, values in ample.metrics.items():
        assert tight.metrics[metric].tobytes() == values.tobytes()


def test_results_do_not_depend_on_neighbours() -> None:
    window = window_on(random_walk(1000))
    genomes = Space(CATALOGUE["PARABOLIC_SAR"]).random(21, seed=3)

    together = window.evaluate("PARABOLIC_SAR", genomes)

    for i, genome in enumerate(genomes):
        alone = window.evaluate("PARABOLIC_SAR", genome.reshape(1, -1))
        assert alone.hourly[0].tobytes() == together.hourly[i].tobytes()


def test_the_budget_bounds_the_rows() -> None:
    series = random_walk(20_000)

    window = window_on(series, row_budget_bytes=8 << 20)

    row = window.engine.stride
    assert window.engine.cache.slots * row <= max(8 << 20, 30 * row)


def test_a_signal_before_a_hole_fills_at_the_next_bar_there_is() -> None:
    series = without(random_walk(600), 300, 340)
    window = window_on(series)

    enter, _ = window.signals("DONCHIAN_BREAKOUT", {"donchianPeriod": 10})

    assert len(enter) == 560
    assert series.missing() == 40


@pytest.mark.parametrize("bars", [0, 2])
def test_too_few_bars_are_refused(bars: int) -> None:
    series = random_walk(10).slice(0, bars)

    with pytest.raises(
        InvalidCandleError, match=f"at least 3 bars are required, was {bars}"
    ):
        Window(series, instrument_of(random_walk(10)), Costs())


@pytest.mark.parametrize("bars", [3, 5, 63, 64, 65, 127, 128, 129])
def test_short_windows_are_evaluated(bars: int) -> None:
    window = window_on(random_walk(bars))

    for name, strategy in CATALOGUE.items():
        genomes = Space(strategy).random(9, seed=6)
        result = window.evaluate(name, genomes)
        assert np.all(np.isfinite(result.hourly))
        assert np.all(result.metrics["final_equity"] > 0)


def test_unknown_types_and_values_are_refused() -> None:
    window = window_on(random_walk(100))

    with pytest.raises(
        ValueError, match="donchianPeriod must be within 10 to 50, was 9"
    ):
        window.signals("DONCHIAN_BREAKOUT", {"donchianPeriod": 9})
    with pytest.raises(KeyError):
        window.evaluate("NO_SUCH_TYPE", np.empty((1, 1)))


@pytest.mark.parametrize("wrong", [[51.0, 9.0], [9.0, 4.0], [np.nan, 9.0]])
def test_genomes_out_of_range_never_reach_the_kernels(wrong: list[float]) -> None:
    window = window_on(random_walk(100))

    with pytest.raises(ValueError, match="Period out of range"):
        window.evaluate("SMA_EMA_CROSSOVER", np.array([[10.0, 20.0], wrong]))


def test_genomes_of_another_type_are_refused() -> None:
    window = window_on(random_walk(100))

    with pytest.raises(ValueError, match=r"takes genomes of shape \(g, 2\), was"):
        window.evaluate("SMA_EMA_CROSSOVER", np.array([[10.0, 20.0, 30.0]]))


def test_no_genomes_give_no_results() -> None:
    for bars in (100, 6000):
        result = window_on(random_walk(bars)).evaluate("SMA_RSI", np.empty((0, 4)))

        assert len(result.trades) == 0


def test_a_user_can_add_a_type_as_data_alone() -> None:
    mine = StrategyType(
        "MINE",
        "Uses all of the rule language.",
        (Parameter("n", "int", 2, 20, 1), Parameter("k", "float", 0.5, 2.0, 0.1)),
        let={"r": "rsi(n)", "mid": "sma(r, 2 * n)", "slow": "ema(close, n)"},
        enter="becomes(r > mid and close > open) and within(up(close, slow), 7)",
        exit="rising(minus(mid, r)) and r < 50 * k or close[3] > high or low[n] > slow",
    )
    series = random_walk(800)
    window = Window(
        series, instrument_of(series), Costs(), programs=Programs({"MINE": mine})
    )

    result = window.evaluate("MINE", Space(mine).random(50, seed=7))

    assert np.max(result.trades) > 3
