"""One genome trade by trade: where it bought and sold, and its equity.

Made from the same masks as the fast path, with plain array arithmetic.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradestream.backtest.metrics import STARTING_CASH
from tradestream.backtest.trades import next_bit
from tradestream.backtest.window import Window
from tradestream.candles import Floats
from tradestream.indicators.compiled import entry_point

Bars = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Fills:
    """The trades of a genome, in order; t of them.

    Attributes:
        entries: Shape (t,), bar at whose open each trade bought.
        exits: Shape (t,), bar at whose open it sold; the number of bars if it
            sold at the last close.
        entry_prices: Shape (t,), after slippage.
        exit_prices: Shape (t,), after slippage.
        returns: Shape (t,), net of costs.
    """

    entries: Bars
    exits: Bars
    entry_prices: Floats
    exit_prices: Floats
    returns: Floats


@entry_point
def _walk(enter: int, leave: int, words: int, bars: int, out: Bars) -> int:
    """Write the bars of entry and exit of each trade; return how many."""
    free, count = 0, 0
    while True:
        signal = next_bit(enter, words, free)
        if signal >= bars - 1:
            return count
        out[count, 0] = signal + 1
        signal = next_bit(leave, words, signal + 1)
        free = signal + 1 if signal < bars - 1 else bars
        out[count, 1] = free
        count += 1
        if free == bars:
            return count


def fills_of(window: Window, strategy_name: str, genome: Floats) -> Fills:
    """Return the trades of a genome, shape (p,), on a window."""
    enter, leave = window.masks(strategy_name, genome)
    out = np.empty((window.bars, 2), np.int64)
    count = _walk(enter.ctypes.data, leave.ctypes.data, len(enter), window.bars, out)
    entries, exits = out[:count, 0].copy(), out[:count, 1].copy()
    series, slippage, fee = window.series, window.costs.slippage, window.costs.fee
    sales = np.append(series.opens, series.closes[-1])
    bought = series.opens[entries] * (1 + slippage)
    sold = sales[exits] * (1 - slippage)
    return Fills(entries, exits, bought, sold, sold / bought * (1 - fee) ** 2 - 1)


def equity_of(window: Window, fills: Fills) -> Floats:
    """Return equity at each close, shape (n,), from 10,000."""
    closes, fee = window.series.closes, window.costs.fee
    equity = np.full(window.bars, STARTING_CASH)
    cash = STARTING_CASH
    for a, b, bought, grown in zip(
        fills.entries, fills.exits, fills.entry_prices, fills.returns, strict=True
    ):
        equity[a:b] = cash * (1 - fee) / bought * closes[a:b]
        cash *= 1 + grown
        equity[b:] = cash
    if len(fills.exits) and fills.exits[-1] == window.bars:
        equity[-1] = cash
    return equity


def adverse_excursions(window: Window, fills: Fills) -> Floats:
    """Return 1 − lowest low while held ÷ entry price of each trade, shape (t,)."""
    if not len(fills.entries):
        return np.empty(0)
    lows = np.append(window.series.lows, np.inf)
    pairs = np.column_stack([fills.entries, fills.exits]).ravel()
    return np.asarray(1 - np.minimum.reduceat(lows, pairs)[::2] / fills.entry_prices)


def adverse_excursion_p95(
    window: Window, strategy_name: str, genome: Floats
) -> float | None:
    """Return the 95th percentile over trades of the adverse excursion, if any."""
    enter, leave = window.masks(strategy_name, genome)
    series, out = window.series, np.empty(window.bars // 2 + 1)
    count = _excursions(
        enter.ctypes.data,
        leave.ctypes.data,
        len(enter),
        series.opens,
        series.lows,
        1 + window.costs.slippage,
        out,
    )
    return percentile_95(out[:count])


def percentile_95(values: Floats) -> float | None:
    """Return the 95th percentile, between ranks by a straight line; None of none."""
    if not len(values):
        return None
    ordered = np.sort(values)
    rank = 0.95 * (len(ordered) - 1)
    low = int(rank)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (rank - low) * (ordered[high] - ordered[low]))


@entry_point
def _excursions(
    enter: int, leave: int, words: int, opens: Floats, lows: Floats, paid: float,
    out: Floats,
) -> int:  # fmt: skip
    """Write 1 − lowest low while held ÷ entry price of each trade; return how many.

    Every trade but the last takes two bars or more from its signal to its exit.
    """
    bars, free, count = len(opens), 0, 0
    while True:
        signal = next_bit(enter, words, free)
        if signal >= bars - 1:
            return count
        entry = signal + 1
        signal = next_bit(leave, words, entry)
        free = signal + 1 if signal < bars - 1 else bars
        lowest = lows[entry]
        for i in range(entry + 1, free):
            lowest = min(lowest, lows[i])
        out[count] = 1.0 - lowest / (opens[entry] * paid)
        count += 1
        if free == bars:
            return count
