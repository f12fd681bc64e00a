"""Sums and extremes over a moving window, shared by several indicators."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.memory import get_float, set_float


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
    for t in range(start):
        set_float(total, t, np.nan)
    for t in range(start, bars):
        set_float(total, t, 0.0)
    for t in range(first, bars):
        set_float(source, t, get_float(x, t))
    width, done = 1, 0
    while True:
        if period & width:
            for t in range(start, bars):
                set_float(total, t, get_float(total, t) + get_float(source, t - done))
            done += width
        if 2 * width > period or first + width > bars:
            return
        for t in range(first + width, bars):
            summed = get_float(source, t) + get_float(source, t - width)
            set_float(target, t, summed)
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
    x = values.ctypes.data
    source, target = a.ctypes.data, b.ctypes.data
    for t in range(first, bars):
        set_float(source, t, get_float(x, t) * sign)
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
    for t in range(first, min(first + shift, bars)):
        set_float(target, t, get_float(source, t))
    for t in range(first + shift, bars):
        older, newer = get_float(source, t - shift), get_float(source, t)
        set_float(target, t, newer if newer > older else older)
