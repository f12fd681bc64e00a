"""The same strategy on a market, at a cost, or with numbers a little different."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from tradestream.backtest.costs import Costs
from tradestream.backtest.details import fills_of
from tradestream.backtest.window import Window
from tradestream.candles import LEAST_BARS, CandleSeries, Floats
from tradestream.discovery.genome import Space
from tradestream.instruments import Instrument
from tradestream.robustness.fills import measure_fills
from tradestream.robustness.model import (
    Check,
    Measure,
    measures_of,
    of_measures,
    spread,
)

ATR_PERIOD = 14
NOISE = 0.1
"""Standard deviation of the noise on a price, in average true ranges."""

NOISY_MARKETS = 30
JITTER = 0.25
JITTERED = 200
STARTS = 12
"""Shifted starts, an hour apart."""


def measure(window: Window, strategy_name: str, genome: Floats) -> Measure:
    """Return one genome of shape (p,) in three numbers."""
    result = window.evaluate(strategy_name, genome[None, :], hourly=False)
    return measures_of(result)[0]


def price_noise(
    window: Window, strategy_name: str, genome: Floats, *, seed: int
) -> Check:
    """Return how the strategy does on the market with noise on every price.

    Each open and close moves by a normal draw of 0.1 average true ranges (14
    bars, simple), each high and low with the further of the two it must cover.
    """
    random = np.random.default_rng([seed, 3])
    values = []
    for _ in range(NOISY_MARKETS):
        noisy = _noisy(window.series, window.instrument, random)
        market = Window(noisy, window.instrument, window.costs, row_budget_bytes=0)
        values.append(measure(market, strategy_name, genome).excess_sharpe)
    return spread(
        "price_noise",
        f"prices moved by {NOISE:g} average true ranges",
        "excess_sharpe",
        measure(window, strategy_name, genome).excess_sharpe,
        np.array(values, np.float64),
    )


def parameter_jitter(
    window: Window, strategy_name: str, genome: Floats, *, seed: int
) -> Check:
    """Return how genomes do whose every parameter is up to 25 % different.

    A parameter stays within its range and order, on its grid.
    """
    random = np.random.default_rng([seed, 4])
    space = Space(window.programs.catalogue[strategy_name])
    factors = random.uniform(1 - JITTER, 1 + JITTER, (JITTERED, len(genome)))
    result = window.evaluate(
        strategy_name, _on_grid(space, genome * factors), hourly=False
    )
    return spread(
        "parameter_jitter",
        f"every parameter moved by up to {JITTER:.0%}",
        "excess_sharpe",
        measure(window, strategy_name, genome).excess_sharpe,
        np.asarray(result.metrics["excess_sharpe"]),
    )


def shifted_start(window: Window, strategy_name: str, genome: Floats) -> Check:
    """Return how the strategy does when its window begins 1 to 12 hours later.

    Averages that start from the first bar, and swings, depend on the anchor.
    """
    cases = []
    for hours in range(1, STARTS + 1):
        start = window.series.open_times[0] + 3600 * hours
        first = int(np.searchsorted(window.series.open_times, start))
        later = window.series.slice(first, window.bars)
        if len(later) < LEAST_BARS:
            break
        market = Window(later, window.instrument, window.costs, row_budget_bytes=0)
        cases.append((f"{hours} h later", measure(market, strategy_name, genome)))
    own = measure(window, strategy_name, genome)
    return of_measures("shifted_start", "a later first bar", own, cases)


def doubled_costs(window: Window, strategy_name: str, genome: Floats) -> Check:
    """Return how the strategy does with twice the fee and twice the slippage."""
    costs = Costs(2 * window.costs.fee_bps, 2 * window.costs.slippage_bps)
    market = Window(window.series, window.instrument, costs, row_budget_bytes=0)
    case = ("doubled", measure(market, strategy_name, genome))
    own = measure(window, strategy_name, genome)
    return of_measures("doubled_costs", "twice the fee and slippage", own, [case])


def one_bar_later(window: Window, strategy_name: str, genome: Floats) -> Check:
    """Return how the strategy does when every fill comes one bar later."""
    fills = fills_of(window, strategy_name, genome)
    entries, exits = fills.entries + 1, np.minimum(fills.exits + 1, window.bars)
    inside = entries < window.bars
    late = measure_fills(window.series, window.costs, entries[inside], exits[inside])
    own = measure(window, strategy_name, genome)
    return of_measures(
        "one_bar_later", "every fill one bar later", own, [("later", late)]
    )


def other_symbols(
    window: Window,
    strategy_name: str,
    genome: Floats,
    others: Mapping[str, tuple[CandleSeries, Instrument]],
) -> Check:
    """Return how the same genome does on other symbols.

    Args:
        window: The strategy's own market.
        strategy_name: Type.
        genome: Shape (p,).
        others: Bars and steps by symbol; those with fewer than 3 bars are left out.
    """
    cases = []
    for symbol, (series, instrument) in sorted(others.items()):
        if len(series) >= LEAST_BARS:
            market = Window(series, instrument, window.costs, row_budget_bytes=0)
            cases.append((symbol, measure(market, strategy_name, genome)))
    own = measure(window, strategy_name, genome)
    return of_measures("other_symbols", "the same genome on other symbols", own, cases)


def _on_grid(space: Space, wished: Floats) -> Floats:
    """Return the nearest genomes of the space, shape (g, p)."""
    places = np.rint(wished * space.genes[:, 2])
    for j, (low, high, _, above) in enumerate(space.genes):
        floor = np.full(len(places), low)
        if above >= 0:
            floor = np.maximum(low, places[:, int(above)] + 1)
        places[:, j] = np.clip(places[:, j], floor, high)
    return np.asarray(places / space.genes[:, 2])


def _noisy(
    series: CandleSeries, instrument: Instrument, random: np.random.Generator
) -> CandleSeries:
    tick = instrument.price_tick
    size = NOISE * _true_range(series)
    opens = _on_ticks(series.opens + size * random.standard_normal(len(series)), tick)
    closes = _on_ticks(series.closes + size * random.standard_normal(len(series)), tick)
    top = series.highs - np.maximum(series.opens, series.closes)
    bottom = np.minimum(series.opens, series.closes) - series.lows
    return replace(
        series,
        opens=opens,
        closes=closes,
        highs=_on_ticks(np.maximum(opens, closes) + top, tick),
        lows=_on_ticks(np.minimum(opens, closes) - bottom, tick),
    )


def _true_range(series: CandleSeries) -> Floats:
    """Return the mean true range of the last 14 bars, shape (n,)."""
    before = np.append(series.closes[:1], series.closes[:-1])
    ranges = np.maximum(series.highs, before) - np.minimum(series.lows, before)
    sums = np.cumsum(np.append(0.0, ranges))
    first = np.maximum(np.arange(len(series)) + 1 - ATR_PERIOD, 0)
    last = np.arange(len(series)) + 1
    return np.asarray((sums[last] - sums[first]) / (last - first))


def _on_ticks(prices: Floats, tick: float) -> Floats:
    return np.asarray(np.maximum(np.rint(prices / tick), 1) * tick)
