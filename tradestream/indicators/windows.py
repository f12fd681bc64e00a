"""Sums and extremes over a moving window, shared by several indicators."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.machine import LANES
from tradestream.indicators.memory import get_float, set_float
from tradestream.indicators.simd import load8, maximum, splat, store8


@kernel
def warm_from(values: Floats) -> int:
    """Return the first bar that is not NaN; the length if all are."""
    bar = 0
    while bar < values.shape[0] and values[bar] != values[bar]:
        bar += 1
    return bar


@kernel
def window_sum(
    values: Floats, first: int, period: int, out: Floats, a: Floats, b: Floats
) -> None:
    """Write sums of the last `period` values, from bar `first + period − 1` on.

    By doubling: windows of 1, 2, 4 … bars are added, log2(period) vector passes.
    The sum of a window depends on that window alone, whatever came before: no
    drift, and a live run agrees with a backtest bit for bit.

    Args:
        values: Shape (n,), no NaN from `first` on.
        first: First warm bar of `values`.
        period: Bars of a window, 1 or more.
        out: Shape (n,), written; NaN until warm.
        a: Scratch of shape (n,).
        b: Scratch of shape (n,).
    """
    bars = values.shape[0]
    start = min(first + period - 1, bars)
    x, total = values.ctypes.data, out.ctypes.data
    source, target = a.ctypes.data, b.ctypes.data
    out[:start] = np.nan
    width, done = 1, 0
    level = x
    while True:
        if period & width:
            if done == 0:
                _scale(total, level, 1.0, start, bars)
            else:
                _add(total, total, level, done, start, bars)
            done += width
        if 2 * width > period or first + width > bars:
            return
        _add(target, level, level, width, first + width, bars)
        level = target
        source, target = target, source
        width *= 2


@kernel
def rolling_maximum(
    values: Floats, first: int, period: int, sign: float, a: Floats, b: Floats
) -> Floats:
    """Return the largest of the last `period` values times `sign`, by doubling.

    With `sign` −1 it is the negated minimum. Warm from bar `first + period − 1`;
    earlier bars hold the extreme of what there was.

    Args:
        values: Shape (n,), no NaN from `first` on.
        first: First warm bar of `values`.
        period: Bars of a window, 1 or more.
        sign: 1 or −1.
        a: Scratch of shape (n,); `a` or `b` is returned.
        b: Scratch of shape (n,).
    """
    bars = values.shape[0]
    source, target = a.ctypes.data, b.ctypes.data
    _scale(source, values.ctypes.data, sign, first, bars)
    width, swapped = 1, True
    while 2 * width <= period:
        _widen(source, target, first, bars, width)
        source, target = target, source
        width *= 2
        swapped = not swapped
    _widen(source, target, first, bars, period - width)
    return b if swapped else a


@inlined
def _widen(source: int, target: int, first: int, bars: int, shift: int) -> None:
    """Write the larger of each value and the one `shift` bars before it."""
    start = min(first + shift, bars)
    _scale(target, source, 1.0, first, start)
    whole = start + ((bars - start) & ~(LANES - 1))
    for t in range(start, whole, LANES):
        newer, older = load8(source + 8 * t), load8(source + 8 * (t - shift))
        store8(target + 8 * t, maximum(newer, older))
    for t in range(whole, bars):
        one, other = get_float(source, t), get_float(source, t - shift)
        set_float(target, t, one if one > other else other)


@inlined
def _add(
    target: int, values: int, others: int, shift: int, start: int, bars: int
) -> None:
    """Write the sum of each value and the other one `shift` bars before it.

    By hand eight bars at a time: the compiler does not see that addresses step.
    """
    whole = start + ((bars - start) & ~(LANES - 1))
    for t in range(start, whole, LANES):
        before = load8(others + 8 * (t - shift))
        store8(target + 8 * t, load8(values + 8 * t) + before)
    for t in range(whole, bars):
        set_float(target, t, get_float(values, t) + get_float(others, t - shift))


@inlined
def _scale(target: int, values: int, factor: float, start: int, bars: int) -> None:
    """Write each value times `factor`."""
    whole = start + ((bars - start) & ~(LANES - 1))
    factors = splat(factor)
    for t in range(start, whole, LANES):
        store8(target + 8 * t, load8(values + 8 * t) * factors)
    for t in range(whole, bars):
        set_float(target, t, get_float(values, t) * factor)
