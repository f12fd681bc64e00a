"""Tables from which a trade is one vector addition.

A trade bought at the open of bar a and sold at the open of bar b is
`entries[a] + exits[b]`, two cache lines. Their eight lanes are

    0 Σ r    1 Σ r²    2 Σ min(r, 0)²    3 Σ r·m    4 Σ closes while held
    5 bars held    6 log of the equity ratio    7 the two factors of that ratio

with r the strategy's and m the market's simple return of a bar, close to close
(lane 7 is multiplied instead). `exits[n]` sells at the last close; `entries[n]`
belongs to a trade bought at the last open and sold at the last close.
"""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import entry_point, inlined

LANES = 8


@inlined
def _moments(r: float, m: float) -> tuple[float, float, float, float]:
    return r, r * r, min(r, 0.0) ** 2, r * m


@entry_point
def fill_tables(
    opens: Floats, closes: Floats, bought: float, sold: float, entries: Floats,
    exits: Floats, logs: Floats, market: Floats,
) -> None:  # fmt: skip
    """Fill the tables of a window.

    Args:
        opens: Shape (n,), n ≥ 2.
        closes: Shape (n,).
        bought: Units bought per cash, times the open.
        sold: Cash received per unit, divided by the open.
        entries: Shape (n + 1, 8), written.
        exits: Shape (n + 1, 8), written.
        logs: Shape (n,) at least, written: log of the close.
        market: Shape (n + 1,), written: prefix sums of m.
    """
    n = closes.shape[0]
    before, after = np.zeros(5), np.zeros(5)  # Σ up to bar t without and with it
    for t in range(n):
        m = closes[t] / closes[t - 1] - 1.0 if t > 0 else 0.0
        moments = _moments(m, m)
        for j in range(4):
            before[j] = after[j]
            after[j] = before[j] + moments[j]
        before[4] = after[4]
        after[4] = before[4] + closes[t]
        market[t + 1] = after[0]
        logs[t] = np.log(closes[t])
        moments = _moments(bought * closes[t] / opens[t] - 1.0, m)
        for j in range(4):
            entries[t, j] = moments[j] - after[j]
        entries[t, 4] = -before[4]
        _set(entries, t, -float(t), bought / opens[t])
        moments = _moments(sold * opens[t] / closes[t - 1] - 1.0 if t > 0 else 0.0, m)
        for j in range(4):
            exits[t, j] = moments[j] + before[j]
        exits[t, 4] = before[4]
        _set(exits, t, float(t), sold * opens[t])
    _close_at_end(opens, closes, bought, sold, entries, exits, before)


@inlined
def _set(table: Floats, t: int, bars: float, factor: float) -> None:
    table[t, 5], table[t, 6], table[t, 7] = bars, np.log(factor), factor


@inlined
def _close_at_end(
    opens: Floats, closes: Floats, bought: float, sold: float, entries: Floats,
    exits: Floats, before: Floats,
) -> None:  # fmt: skip
    """Fill the last rows: what is still open is sold at the last close."""
    n = closes.shape[0]
    m = closes[n - 1] / closes[n - 2] - 1.0
    moments = _moments(sold * closes[n - 1] / closes[n - 2] - 1.0, m)
    for j in range(4):
        exits[n, j] = moments[j] + before[j]
    exits[n, 4] = before[4] + sold * closes[n - 1]
    _set(exits, n, float(n), sold * closes[n - 1])
    moments = _moments(bought * sold * closes[n - 1] / opens[n - 1] - 1.0, m)
    for j in range(4):
        entries[n, j] = moments[j] - exits[n, j]
    entries[n, 4] = entries[n - 1, 4]
    _set(entries, n, 1.0 - n, bought / opens[n - 1])


@entry_point
def fill_extremes(
    logs: Floats, bars: int, highs: Floats, lows: Floats, falls: Floats
) -> None:
    """Sum up log closes 64 bars at a time: highest, lowest, deepest fall within.

    Args:
        logs: Log closes, shape (bars,) at least.
        bars: How many bars there are.
        highs: Shape (blocks,), written.
        lows: Shape (blocks,), written.
        falls: Shape (blocks,), written.
    """
    for block in range(highs.shape[0]):
        high, low, fall = -np.inf, np.inf, 0.0
        for t in range(block * 64, min(bars, block * 64 + 64)):
            high, low = max(high, logs[t]), min(low, logs[t])
            fall = max(fall, high - logs[t])
        highs[block], lows[block], falls[block] = high, low, fall
