"""Types on bands and channels around the price."""

from collections.abc import Callable
from typing import Any

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
    sma,
    warm,
    wilder,
    windows,
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


def band_position(bars: Bars, period: int) -> Row:
    """Return (close − mean) / population sigma; 0 without one."""

    def position(window: list[int]) -> Any:
        spread = period * sum(c * c for c in window) - sum(window) ** 2
        offset = period * window[-1] - sum(window)
        return LONG(offset) / np.sqrt(LONG(spread)) if spread else LONG(0)

    return windows(position, bars.close, period)


def williams_r(bars: Bars, period: int) -> Row:
    """Return Williams %R; −50 without a range."""
    return each(
        lambda h, low, c: LONG(-100) * (h - c) / (h - low) if h > low else LONG(-50),
        highest(bars.high, period),
        lowest(bars.low, period),
        bars.close,
    )


def _line(window: list[int]) -> tuple[int, int, int, int]:
    """Return n·Sxx, n·Sxy, n·Syy, and Σy of the closes y on the bars x = 0, 1, …."""
    n, places = len(window), range(len(window))
    return (
        n * sum(x * x for x in places) - sum(places) ** 2,
        n * sum(x * y for x, y in zip(places, window, strict=True))
        - sum(places) * sum(window),
        n * sum(y * y for y in window) - sum(window) ** 2,
        sum(window),
    )


def regression_end(bars: Bars, period: int) -> Row:
    """Return the value of the least-squares line at its last bar."""

    def end(window: list[int]) -> Any:
        sxx, sxy, _, total = _line(window)
        return ratio(2 * total * sxx + period * (period - 1) * sxy, 2 * period * sxx)

    return windows(end, bars.close, period)


def regression_position(bars: Bars, period: int) -> Row:
    """Return the distance from the line's end in sigmas of the distances."""

    def position(window: list[int]) -> Any:
        sxx, sxy, syy, total = _line(window)
        squares = syy * sxx - sxy * sxy
        if squares * 10**12 <= syy * sxx:
            return LONG(0)
        end = 2 * total * sxx + period * (period - 1) * sxy
        offset = ratio(2 * period * sxx * window[-1] - end, 2 * period * sxx)
        return offset / np.sqrt(ratio(squares, sxx)) * period

    return windows(position, bars.close, period)


def peak_over(row: Row, level: float) -> Row:
    """Return the highest value since the row was below a level; it while it is."""
    out: Row = []
    for value in row:
        if value - level < -RATIO:
            out.append(LONG(level))
        else:
            before = out[-1] if out and warm(out[-1]) else value
            out.append(max(before, value) if warm(value) else NAN)
    return out


def _in_ranges(distances: Row, ranges: Row) -> Row:
    return each(lambda d, r: d / r if r > PRICE else LONG(0), distances, ranges)


def _bands(bars: Bars, period: int, lookback: int, multiple: float) -> Signals:
    z, w = band_position(bars, period), williams_r(bars, lookback)
    enter = both(above(-multiple, z, RATIO), above(-80, w, RATIO))
    leave = either(above(z, multiple, RATIO), above(w, -20, RATIO))
    return enter, both(leave, all_warm(z, w))


def _regression_channels(bars: Bars, period: int, multiple: float) -> Signals:
    z = regression_position(bars, period)
    leave = either(up(z, multiple, RATIO), down(z, -multiple, RATIO))
    return up(z, -multiple, RATIO), leave


def _regression_channel(bars: Bars, period: int) -> Signals:
    return crossing(bars.close, regression_end(bars, period), bars.epsilon)


def _volatility_stop(bars: Bars, period: int, multiple: float) -> Signals:
    ranges = wilder(bars.true_range, period)
    rise = minus(bars.close, lowest(bars.close, period))
    fall = minus(highest(bars.close, period), bars.close)
    return (
        up(_in_ranges(rise, ranges), multiple, RATIO),
        up(_in_ranges(fall, ranges), multiple, RATIO),
    )


def _mass_index(bars: Bars, period: int, span: int) -> Signals:
    trend = ema(bars.close, period)
    single = ema(minus(bars.high, bars.low), period)
    shares = each(
        lambda a, b: a / b if b > PRICE else LONG(1), single, ema(single, period)
    )
    mass = sma(shares, span)
    bulged = above(late(peak_over(mass, 1.06)), 1.08, RATIO)
    enter = both(
        down(mass, 1.06, RATIO), bulged, above(bars.close, trend, bars.epsilon)
    )
    return enter, down(bars.close, trend, bars.epsilon)


TYPES: dict[str, Callable[..., Signals]] = {
    "BBAND_W_R": _bands,
    "LINEAR_REGRESSION_CHANNELS": _regression_channels,
    "REGRESSION_CHANNEL": _regression_channel,
    "VOLATILITY_STOP": _volatility_stop,
    "MASS_INDEX": _mass_index,
}
