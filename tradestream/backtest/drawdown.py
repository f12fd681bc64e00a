"""Highest, lowest, and deepest fall of the log close within a trade."""

import numpy as np

from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.memory import get_float
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
