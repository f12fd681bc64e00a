"""Types on averages that adapt to the price, and on smoothed candles."""

from collections.abc import Callable

import numpy as np

from tradestream.testing.plain.rows import (
    LONG,
    NAN,
    Bars,
    Row,
    each,
    ema,
    highest,
    late,
    lowest,
    minus,
    ratio,
    total,
    warm,
)
from tradestream.testing.plain.signals import Signals, crossing

_EFFICIENCY_BARS = 10


def efficiency(bars: Bars, period: int) -> Row:
    """Return Kaufman's efficiency ratio; 0 if nothing moved."""
    steps = each(abs, minus(bars.close, late(bars.close)))
    return each(
        lambda now, then, path: ratio(abs(now - then), path) if path else LONG(0),
        bars.close,
        late(bars.close, period),
        total(steps, period),
    )


def variable_ema(bars: Bars, efficiencies: Row, shortest: int, longest: int) -> Row:
    """Return the exponential average whose period moves with an efficiency."""
    out: Row = [NAN] * bars.count
    if bars.count < longest:
        return out
    state = LONG(sum(bars.close[:longest])) / longest
    out[longest - 1] = state
    for t in range(longest, bars.count):
        if warm(efficiencies[t]):
            period = longest - efficiencies[t] * (longest - shortest)
            state = state + 2 / (period + 1) * (bars.close[t] - state)
        out[t] = state
    return out


def fractal_dimension(bars: Bars, period: int) -> Row:
    """Return the fractal dimension of the last 2 · period bars."""

    def span(bars_back: int) -> Row:
        return minus(highest(bars.high, bars_back), lowest(bars.low, bars_back))

    def dimension(new: int, old: int, whole: int) -> object:
        if not whole:
            return LONG(2)
        if new + old <= whole:
            return LONG(1)
        return 1 + np.log2(ratio(new + old, whole))

    return each(dimension, span(period), late(span(period), period), span(2 * period))


def fractal_average(bars: Bars, dimensions: Row, scale: float, least: float) -> Row:
    """Return Ehlers' fractal adaptive average."""
    out: Row = [NAN] * bars.count
    for t, dimension in enumerate(dimensions):
        if not warm(dimension):
            continue
        before = out[t - 1] if t else NAN
        weight = max(
            np.exp(LONG("-4.6") * LONG(scale) * (dimension - 1)), LONG(least) / 100
        )
        close = LONG(bars.close[t])
        out[t] = before + weight * (close - before) if warm(before) else close
    return out


def heikin_ashi(bars: Bars, period: int) -> Row:
    """Return close − open of the Heikin-Ashi candle of smoothed bars."""
    columns = (bars.open, bars.high, bars.low, bars.close)
    smooth = [ema(column, period) for column in columns]
    out: Row = []
    opened = closed = NAN
    for o, h, low, c in zip(*smooth, strict=True):
        opened = (opened + closed) / 2 if warm(opened) else (o + c) / 2
        closed = (o + h + low + c) / 4
        out.append(closed - opened)
    return out


def _variable(bars: Bars, shortest: int, longest: int) -> Signals:
    ratios = efficiency(bars, _EFFICIENCY_BARS)
    line = variable_ema(bars, ratios, shortest, longest)
    return crossing(bars.close, line, bars.epsilon)


def _frama(bars: Bars, scale: float, period: int, least: float) -> Signals:
    line = fractal_average(bars, fractal_dimension(bars, period), scale, least)
    return crossing(bars.close, line, bars.epsilon)


def _heiken_ashi(bars: Bars, period: int) -> Signals:
    return crossing(heikin_ashi(bars, period), 0, bars.epsilon)


TYPES: dict[str, Callable[..., Signals]] = {
    "VARIABLE_PERIOD_EMA": _variable,
    "FRAMA": _frama,
    "HEIKEN_ASHI": _heiken_ashi,
}
