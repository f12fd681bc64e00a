"""Sums and extremes over a moving window, shared by several indicators."""

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel


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
    out[:start] = float("nan")
    total = out[start:]
    total[:] = 0.0
    source = a
    target = b
    source[first:] = values[first:]
    width, done = 1, 0
    while True:
        if period & width:
            part = source[start - done : bars - done]
            for i in range(total.shape[0]):
                total[i] += part[i]
            done += width
        if 2 * width > period or first + width > bars:
            return
        older = source[first : bars - width]
        newer = source[first + width : bars]
        summed = target[first + width : bars]
        for i in range(summed.shape[0]):
            summed[i] = newer[i] + older[i]
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
    for t in range(first, bars):
        a[t] = values[t] * sign
    source = a
    target = b
    width = 1
    while 2 * width <= period:
        _widen(source, target, first, min(width, bars - first))
        source, target = target, source
        width *= 2
    _widen(source, target, first, min(period - width, bars - first))
    return target


@kernel
def _widen(source: Floats, target: Floats, first: int, shift: int) -> None:
    """Write the larger of each value and the one `shift` bars before it."""
    bars = source.shape[0]
    older = source[first : bars - shift]
    newer = source[first + shift : bars]
    larger = target[first + shift : bars]
    for i in range(shift):
        target[first + i] = source[first + i]
    for i in range(larger.shape[0]):
        larger[i] = newer[i] if newer[i] > older[i] else older[i]
