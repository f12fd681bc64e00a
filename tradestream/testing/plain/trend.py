"""Types that follow a trend behind a line, and the lines."""

from collections.abc import Callable
from typing import Any

from tradestream.testing.plain.momentum import mfi
from tradestream.testing.plain.rows import (
    LONG,
    NAN,
    Bars,
    Row,
    each,
    highest,
    late,
    lowest,
    ratio,
    warm,
    wilder,
)
from tradestream.testing.plain.signals import (
    PRICE,
    RATIO,
    Signals,
    above,
    all_warm,
    both,
    crossing,
    down,
    either,
    up,
)


def atr(bars: Bars, period: int) -> Row:
    """Return Wilder's average of the true range."""
    return wilder(bars.true_range, period)


def trailing_line(bars: Bars, period: int, multiple: float) -> Row:
    """Return the ratcheting stop, a multiple of the ATR from the close."""
    ranges, out = atr(bars, period), [NAN] * bars.count
    for t, (close, span) in enumerate(zip(bars.close, ranges, strict=True)):
        if not warm(span):
            continue
        width = LONG(multiple) * span
        line = out[t - 1]
        if not warm(line):
            out[t] = close - width
            continue
        is_above = close - line > PRICE
        was_above = bars.close[t - 1] - line > PRICE
        if is_above:
            out[t] = max(line, close - width) if was_above else close - width
        else:
            out[t] = close + width if was_above else min(line, close + width)
    return out


def sar(bars: Bars, start: float, increment: float, maximum: float) -> Row:
    """Return Wilder's parabolic stop and reverse."""
    high, low, out = bars.high, bars.low, [NAN] * bars.count
    fall, rise = low[0] - low[1], high[1] - high[0]
    long = not (fall > rise and fall > 0)
    top = LONG(maximum)
    first, step = min(LONG(start), top), min(LONG(increment), top)
    factor = first
    stop: Any = LONG(low[0] if long else high[0])
    extreme: Any = LONG(high[1] if long else low[1])
    for t in range(1, bars.count):
        before = max(t - 1, 1)
        if low[t] <= stop if long else high[t] >= stop:
            edges = high if long else low
            worst = max if long else min
            out[t] = stop = worst(extreme, LONG(edges[before]), LONG(edges[t]))
            long, factor = not long, first
            extreme = LONG(high[t] if long else low[t])
        else:
            out[t] = stop
            if high[t] > extreme if long else low[t] < extreme:
                extreme = LONG(high[t] if long else low[t])
                factor = min(factor + step, top)
        stop = stop + factor * (extreme - stop)
        if long:
            stop = min(stop, LONG(low[before]), LONG(low[t]))
        else:
            stop = max(stop, LONG(high[before]), LONG(high[t]))
    return out


def _parabolic(bars: Bars, start: float, increment: float, top: float) -> Signals:
    return crossing(bars.close, sar(bars, start, increment, top), bars.epsilon)


def _donchian(bars: Bars, period: int) -> Signals:
    enter = above(bars.close, late(highest(bars.high, period)), bars.epsilon)
    return enter, above(late(lowest(bars.low, period)), bars.close, bars.epsilon)


def _atr_trailing(bars: Bars, period: int, multiple: float) -> Signals:
    return crossing(bars.close, trailing_line(bars, period, multiple), bars.epsilon)


def midrange(bars: Bars, period: int) -> Row:
    """Return the middle between the highest high and the lowest low."""
    return each(
        lambda h, low: ratio(h + low, 2),
        highest(bars.high, period),
        lowest(bars.low, period),
    )


def _ichimoku(bars: Bars, fast: int, slow: int, wide: int, ago: int) -> Signals:
    tenkan, kijun = midrange(bars, fast), midrange(bars, slow)
    first = late(each(lambda a, b: (a + b) / 2, tenkan, kijun), slow)
    second = late(midrange(bars, wide), slow)
    enter = both(
        up(tenkan, kijun, bars.epsilon),
        above(bars.close, first, bars.epsilon),
        above(bars.close, second, bars.epsilon),
        above(bars.close, late(bars.close, ago), bars.epsilon),
    )
    under = both(
        above(first, bars.close, bars.epsilon), above(second, bars.close, bars.epsilon)
    )
    leave = either(down(tenkan, kijun, bars.epsilon), under)
    return enter, both(leave, all_warm(tenkan, kijun, first, second))


def _sar_mfi(
    bars: Bars, start: float, increment: float, top: float, period: int
) -> Signals:
    line = sar(bars, start, increment, top)
    flow = up(mfi(bars, period), 30, RATIO)
    return both(above(bars.close, line, bars.epsilon), flow), down(
        bars.close, line, bars.epsilon
    )


TYPES: dict[str, Callable[..., Signals]] = {
    "PARABOLIC_SAR": _parabolic,
    "DONCHIAN_BREAKOUT": _donchian,
    "ATR_TRAILING_STOP": _atr_trailing,
    "ICHIMOKU_CLOUD": _ichimoku,
    "SAR_MFI": _sar_mfi,
}
