"""From two masks to the sums that all metrics are made of.

Prices are touched at fills only; between two fills everything is a difference
of prefix sums. All arguments are addresses or counts.
"""

from typing import NamedTuple

import numpy as np

from tradestream.backtest.drawdown import deepest_of_trades
from tradestream.backtest.fills import FILL_INTS, find_fills
from tradestream.backtest.masks import ALL, NONE
from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.memory import (
    get_float,
    get_int,
    get_word,
    set_float,
    set_int,
    trailing_zeros,
)
from tradestream.indicators.simd import load8, splat, store8

# What stands where in the sums of one genome.
SUM_R, SUM_R2, SUM_FALL2, SUM_RM, SUM_EQUITY, HELD, LOG_RATIO, SUM_TRADE_RETURN = range(
    8
)
RATIO, TRADES, WINS, WON, LOST, LOG_FALL, NOTIONAL = range(8, 15)
SUMS = 16

NOTHING = 1e-12
"""A trade whose return is smaller neither won nor lost: it is rounding."""


SCRATCH = 2 * FILL_INTS
"""8-byte numbers that a walk over trades needs room for."""


class Tables(NamedTuple):
    """Addresses and counts of a window that trades are made from."""

    bars: int
    words: int
    entries: int
    exits: int
    logs: int
    highs: int
    lows: int
    falls: int
    market: int
    hour_starts: int
    hours: int
    kept: float
    """1 − fee."""


@inlined
def next_bit(mask: int, words: int, start: int) -> int:
    """Return the first set bit at or after `start`; words · 64 if there is none."""
    w = start >> 6
    if w >= words:
        return words << 6
    word = get_word(mask, w) & (ALL << np.uint64(start & 63))
    while word == NONE:
        w += 1
        if w == words:
            return words << 6
        word = get_word(mask, w)
    return (w << 6) + trailing_zeros(word)  # type: ignore[no-any-return]


@inlined
def _mark(tables: Tables, j: int) -> int:
    """Return the bar at which hour j begins; beyond the last bar if there is none."""
    if j < tables.hours:
        return get_int(tables.hour_starts, j)  # type: ignore[no-any-return]
    return tables.bars + 1


@kernel
def sum_trades(
    tables: Tables, enter: int, leave: int, out: int, hourly: int, scratch: int
) -> None:
    """Walk over the trades of one genome.

    Args:
        tables: The window; `hours` 0 leaves out the hourly sums.
        enter: Address of the mask that says when to enter.
        leave: Address of the mask that says when to exit.
        out: Address of SUMS floats, written.
        hourly: Address of `hours` floats, written: Σ r of each clock hour.
        scratch: Address of SCRATCH 8-byte numbers.
    """
    n, words = tables.bars, tables.words
    entries, exits = tables.entries, tables.exits
    fills, bases = scratch, scratch + 8 * FILL_INTS
    ends = bases + 4 * FILL_INTS
    sums = splat(0.0)
    ratio, log_ratio, peak, lowest_peak, fall = 1.0, 0.0, 0.0, 0.0, 0.0
    trades, wins = 0, 0
    won, lost, total, noted = 0.0, 0.0, 0.0, 0.0
    equity, notional, returned = 0.0, 0.0, 0.0
    hour, free, word, held, waiting = 1, 0, 0, 0, 0
    while word < words:
        word, held, count = find_fills(
            enter, leave, words, n, word, held, fills, waiting
        )
        if word == words and held:
            set_int(fills, count, n)
            count += 1
        here = count >> 1
        if tables.hours > 0:
            hour, total, noted = _sum_hours(
                tables, fills, here, hourly, hour, total, noted
            )
        for i in range(here):
            a, b = get_int(fills, 2 * i), get_int(fills, 2 * i + 1)
            own = a if a < n - 1 else n
            sums = sums + (load8(entries + 64 * own) + load8(exits + 64 * b))
            base = log_ratio + get_float(entries, 8 * a + 6)
            log_ratio = base + get_float(exits, 8 * b + 6)
            set_float(bases, i, base)
            set_float(ends, i, log_ratio)
            fall = max(fall, lowest_peak - log_ratio)
            lowest_peak = max(lowest_peak, log_ratio)
            bought = get_float(entries, 8 * a + 7)
            grown = bought * get_float(exits, 8 * b + 7)
            closes = get_float(entries, 8 * a + 4) + get_float(exits, 8 * b + 4)
            equity += ratio * (float(a - free) + bought * closes)
            notional += ratio * (tables.kept + grown / tables.kept)
            change = grown - 1.0
            gain = ratio * change if abs(change) > NOTHING else 0.0
            ratio *= grown
            returned += change
            won += gain if gain > 0.0 else 0.0
            lost -= gain if gain < 0.0 else 0.0
            wins += 1 if gain > 0.0 else 0
            free = b
        trades += here
        peak, fall = deepest_of_trades(
            tables.logs, tables.highs, tables.lows, tables.falls,
            n, fills, here, bases, ends, peak, fall,
        )  # fmt: skip
        waiting = count & 1
        set_int(fills, 0, get_int(fills, count - waiting))
    while hour <= tables.hours:
        set_float(hourly, hour - 1, total - noted)
        noted = total
        hour += 1
    store8(out, sums)
    set_float(out, SUM_EQUITY, equity + ratio * float(n - free))
    set_float(out, SUM_TRADE_RETURN, returned)
    set_float(out, RATIO, ratio)
    set_float(out, TRADES, float(trades))
    set_float(out, WINS, float(wins))
    set_float(out, WON, won)
    set_float(out, LOST, lost)
    set_float(out, LOG_FALL, fall)
    set_float(out, NOTIONAL, notional)
    set_float(out, SUMS - 1, 0.0)


@kernel
def sum_returns(tables: Tables, enter: int, leave: int, out: int, scratch: int) -> None:
    """Walk over the trades of one genome for what a search needs, and no more.

    Args:
        tables: The window.
        enter: Address of the mask that says when to enter.
        leave: Address of the mask that says when to exit.
        out: Address of SUMS floats; SUM_R, SUM_R2, SUM_FALL2, SUM_RM, HELD, and
            TRADES are written, the same as by `sum_trades`.
        scratch: Address of SCRATCH 8-byte numbers.
    """
    n, words = tables.bars, tables.words
    entries, exits = tables.entries, tables.exits
    sums = splat(0.0)
    trades, word, held, waiting = 0, 0, 0, 0
    while word < words:
        word, held, count = find_fills(
            enter, leave, words, n, word, held, scratch, waiting
        )
        if word == words and held:
            set_int(scratch, count, n)
            count += 1
        here = count >> 1
        for i in range(here):
            a, b = get_int(scratch, 2 * i), get_int(scratch, 2 * i + 1)
            own = a if a < n - 1 else n
            sums = sums + (load8(entries + 64 * own) + load8(exits + 64 * b))
        trades += here
        waiting = count & 1
        set_int(scratch, 0, get_int(scratch, count - waiting))
    store8(out, sums)
    set_float(out, TRADES, float(trades))


@kernel
def _sum_hours(
    tables: Tables, fills: int, trades: int, hourly: int, hour: int,
    total: float, noted: float,
) -> tuple[int, float, float]:  # fmt: skip
    """Write Σ r of every clock hour that ends within or before these trades.

    Args:
        tables: The window.
        fills: Address of the bars of entry and exit of the trades.
        trades: How many there are.
        hourly: Address of `hours` floats.
        hour: The hour that ends next, from 1.
        total: Σ r so far.
        noted: Σ r of the hours that ended.

    Returns:
        `hour`, `total`, and `noted` after these trades.
    """
    n, entries, exits = tables.bars, tables.entries, tables.exits
    mark = _mark(tables, hour)
    for i in range(trades):
        a, b = get_int(fills, 2 * i), get_int(fills, 2 * i + 1)
        own = a if a < n - 1 else n
        while mark <= b:
            seen = total
            if mark > a:
                seen += get_float(entries, 8 * a) + get_float(tables.market, mark)
            set_float(hourly, hour - 1, seen - noted)
            noted = seen
            hour += 1
            mark = _mark(tables, hour)
        total += get_float(entries, 8 * own) + get_float(exits, 8 * b)
    return hour, total, noted


@kernel
def excess_sharpe(sums: int, bars: int, market: float, market_square: float) -> float:
    """Return the Sharpe ratio of x = r − p̄·m a bar, p̄ the share of bars held.

    Args:
        sums: Address of the sums of one genome.
        bars: Bars of the window; returns are one fewer.
        market: Σ m.
        market_square: Σ m².

    Returns:
        Mean ÷ standard deviation (ddof 1) of x; 0 if x does not vary.
    """
    count = bars - 1.0
    share = get_float(sums, HELD) / bars
    total = get_float(sums, SUM_R) - share * market
    square = get_float(sums, SUM_R2) + share * (
        share * market_square - 2.0 * get_float(sums, SUM_RM)
    )
    spread = square - total * total / count
    if spread <= 1e-13 * get_float(sums, SUM_R2):
        return 0.0
    return total / count / np.sqrt(spread / (count - 1.0))  # type: ignore[no-any-return]
