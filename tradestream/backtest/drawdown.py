"""Highest, lowest, and deepest fall of the log close within a trade."""

import numpy as np

from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.memory import get_float, get_int
from tradestream.indicators.simd import (
    choose,
    first_lanes,
    highest_lane,
    load8,
    lowest_lane,
    maximum,
    minimum,
    splat,
)


@inlined
def high_low(
    logs: int, first: int, last: int, highs: int, lows: int
) -> tuple[float, float]:
    """Return the highest and lowest log close of bars `first` to `last`.

    Args:
        logs: Address of the log closes.
        first: First bar, inclusive.
        last: Last bar, inclusive.
        highs: Address of the highest of each 64 bars.
        lows: Address of the lowest of each 64 bars.
    """
    if last - first < 8:
        values = load8(logs + 8 * first)
        mine = first_lanes(last - first + 1)
        values = choose(mine, values, splat(get_float(logs, first)))
        return highest_lane(values), lowest_lane(values)
    high = load8(logs + 8 * (last - 7))
    low = high
    t = first
    if last - first > 256:
        stop = (first + 63) & ~63
        while t < stop:
            values = load8(logs + 8 * t)
            high, low = maximum(high, values), minimum(low, values)
            t += 8
        top, bottom = -np.inf, np.inf
        block = stop >> 6
        while (block << 6) + 63 <= last:
            top = max(top, get_float(highs, block))
            bottom = min(bottom, get_float(lows, block))
            block += 1
        high, low = maximum(high, splat(top)), minimum(low, splat(bottom))
        t = block << 6
    while t + 7 <= last:
        values = load8(logs + 8 * t)
        high, low = maximum(high, values), minimum(low, values)
        t += 8
    return highest_lane(high), lowest_lane(low)


@kernel
def deepest_fall(
    logs: int, first: int, last: int, highs: int, lows: int, falls: int
) -> float:
    """Return the largest fall of the log close from its high since `first`."""
    high = get_float(logs, first)
    fall = 0.0
    t = first
    while t <= last:
        if (t & 63) == 0 and t + 63 <= last:
            block = t >> 6
            within = get_float(falls, block)
            fall = max(fall, max(high - get_float(lows, block), within))
            high = max(high, get_float(highs, block))
            t += 64
        else:
            value = get_float(logs, t)
            high = value if value > high else high
            fall = high - value if high - value > fall else fall
            t += 1
    return fall


@kernel
def deepest_of_trades(
    logs: int, highs: int, lows: int, falls: int, bars: int, fills: int,
    trades: int, bases: int, ends: int, peak: float, fall: float,
) -> tuple[float, float]:  # fmt: skip
    """Return the highest log equity, and its deepest fall, after some trades.

    The bars of a trade are looked at only where the extremes of the 64-bar blocks
    they lie in say that they can matter.

    Args:
        logs: Address of the log closes.
        highs: Address of the highest of each 64 bars.
        lows: Address of the lowest of each 64 bars.
        falls: Address of the deepest fall within each 64 bars.
        bars: Bars of the window.
        fills: Address of the bars of entry and exit of the trades.
        trades: How many there are.
        bases: Address of log equity − log close of each trade while it lasts.
        ends: Address of the log equity after each trade.
        peak: Highest log equity before them.
        fall: Deepest fall known by now; the closer, the less is looked at.
    """
    for i in range(trades):
        a, b = get_int(fills, 2 * i), get_int(fills, 2 * i + 1)
        last = b - 1 if b < bars else bars - 2
        base = get_float(bases, i)
        first_block, last_block = a >> 6, last >> 6
        top = max(get_float(highs, first_block), get_float(highs, last_block))
        bottom = min(get_float(lows, first_block), get_float(lows, last_block))
        for block in range(first_block + 1, last_block):
            top = max(top, get_float(highs, block))
            bottom = min(bottom, get_float(lows, block))
        if (peak - base - bottom > fall or base + top > peak) and last >= a:
            high, low = high_low(logs, a, last, highs, lows)
            fall = max(fall, peak - base - low)
            if base + high > peak:
                if high - low > fall:
                    within = deepest_fall(logs, a, last, highs, lows, falls)
                    fall = max(fall, within)
                peak = base + high
        end = get_float(ends, i)
        fall = max(fall, peak - end)
        peak = max(peak, end)
    return peak, fall
