"""Backtests of given fills, bar by bar in plain arrays.

For what the engine has no rule for: a later fill, an entry at random. Same
costs and conventions, so that given the engine's fills it gives its numbers.
"""

import numpy as np
from numpy.typing import NDArray

from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries, Floats
from tradestream.robustness.model import Measure

Bars = NDArray[np.int64]

_SECONDS_A_YEAR = 365 * 86_400


def measure_fills(
    series: CandleSeries, costs: Costs, entries: Bars, exits: Bars
) -> Measure:
    """Return what trades make.

    Args:
        series: Three bars or more.
        costs: Fee and slippage a side.
        entries: Shape (trades,), bar at whose open each trade buys, ascending.
        exits: Shape (trades,), bar at whose open it sells, above its entry and
            at most the next entry; the number of bars to sell at the last close.
    """
    returns, held = _bar_returns(series, costs, entries, exits)
    market = np.append(0.0, series.closes[1:] / series.closes[:-1] - 1)
    excess = (returns - held.mean() * market)[1:]  # the first bar has no return
    deviation = float(excess.std(ddof=1))
    a_year = _SECONDS_A_YEAR / series.interval_seconds
    sharpe = None
    if deviation > 0 and len(entries):
        sharpe = float(excess.mean() / deviation * np.sqrt(a_year))
    return Measure(float(np.prod(1 + returns) - 1), sharpe, len(entries))


def _bar_returns(
    series: CandleSeries, costs: Costs, entries: Bars, exits: Bars
) -> tuple[Floats, Floats]:
    """Return the net simple return of each bar, and whether it was held."""
    n = len(series)
    growth, held = np.ones(n), np.zeros(n)
    moves = np.append(1.0, series.closes[1:] / series.closes[:-1])
    edges = np.zeros(n + 1)
    np.add.at(edges, entries, 1.0)
    np.add.at(edges, exits, -1.0)
    held = np.cumsum(edges)[:n]
    growth = np.where(held > 0, moves, 1.0)
    # An entry bar moves from its open, at what was paid, to its close.
    growth[entries] = series.closes[entries] / series.opens[entries] * costs.bought
    early = exits[exits < n]
    np.multiply.at(
        growth, early, series.opens[early] / series.closes[early - 1] * costs.sold
    )
    if np.any(exits == n):
        growth[n - 1] *= costs.sold
    return growth - 1, held
