"""Types on swings, bricks, gaps, and other shapes of the price."""

from collections.abc import Callable
from fractions import Fraction
from math import floor
from typing import Any

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
    not_above,
    up,
)

_UNIT_BARS = 60
_SLACK = Fraction(1, 10**9)


def double_bottoms(
    edges: list[int], closes: list[int], ranges: Row, period: int
) -> Row:
    """Return, on bars that complete a double bottom, its lower low; None elsewhere.

    Args:
        edges: Lows.
        closes: Closes.
        ranges: How far apart two lows may be, twice.
        period: Bars in which each of the two lows is.
    """
    out: Row = [NAN] * len(edges)
    for t in range(2 * period, len(edges)):
        if not warm(ranges[t]):
            continue
        older = range(t - 2 * period, t - period)
        newer = range(t - period, t)
        a, b = (min(span, key=lambda i: (edges[i], i)) for span in (older, newer))
        out[t] = None
        if 2 * (b - a) < period:
            continue
        neckline = max(closes[a + 1 : b])
        level = abs(edges[a] - edges[b]) - ranges[t] / 2 <= PRICE
        if level and closes[t] > neckline >= closes[t - 1]:
            out[t] = min(edges[a], edges[b])
    return out


def _double_top_bottom(bars: Bars, period: int) -> Signals:
    ranges = wilder(bars.true_range, period)
    bottoms = double_bottoms(bars.low, bars.close, ranges, period)
    tops = double_bottoms(
        [-x for x in bars.high], [-x for x in bars.close], ranges, period
    )
    newest: Row = []
    for bottom in bottoms:
        found = bottom is not None and warm(bottom)
        newest.append(bottom if found else newest[-1] if newest else NAN)
    complete = [[x is not None and warm(x) for x in row] for row in (bottoms, tops)]
    leave = either(complete[1], above(newest, bars.close, bars.epsilon))
    return complete[0], both(leave, all_warm(newest, tops))


def _pivot(bars: Bars, period: int) -> Signals:
    line = each(
        lambda h, low, c: ratio(h + low + c, 3),
        highest(bars.high, period),
        lowest(bars.low, period),
        bars.close,
    )
    return crossing(bars.close, late(line), bars.epsilon)


def _fibonacci(bars: Bars, period: int) -> Signals:
    position = each(
        lambda h, low, c: ratio(c - low, h - low) if h > low else LONG(0),
        late(highest(bars.high, period)),
        late(lowest(bars.low, period)),
        bars.close,
    )
    leave = either(down(position, 1 - 0.786, RATIO), not_above(1.0, position, RATIO))
    return up(position, 1 - 0.618, RATIO), leave


def _price_gap(bars: Bars, period: int) -> Signals:
    before, average = late(bars.close), ema(bars.close, period)
    jump = each(
        lambda c, b, r: c - b - LONG(1.5) * r,
        bars.close,
        before,
        late(wilder(bars.true_range, period)),
    )
    jumped = above(jump, 0, bars.epsilon)
    base: Row = []
    for t, now in enumerate(jumped):
        base.append(bars.close[t - 1] if now else base[-1] if base else NAN)
    leave = either(
        not_above(bars.close, base, bars.epsilon),
        down(bars.close, average, bars.epsilon),
    )
    return jumped, both(leave, all_warm(base, average))


def _heights(bars: Bars, size: float) -> list[Fraction | None]:
    """Return the closes from that of bar 60 in sizes; None up to it."""
    out: list[Fraction | None] = [None] * bars.count
    unit = sum(bars.true_range[1 : _UNIT_BARS + 1]) if bars.count > _UNIT_BARS else 0
    if unit:
        brick = Fraction(round(100 * size), 100) * Fraction(unit, _UNIT_BARS)
        for t in range(_UNIT_BARS + 1, bars.count):
            out[t] = (bars.close[t] - bars.close[_UNIT_BARS]) / brick
    return out


def _renko(bars: Bars, size: float) -> Signals:
    side: Row = []
    top = bottom = direction = 0
    for height in _heights(bars, size):
        if height is not None:
            if (bricks := floor(height - top + _SLACK)) >= 1:
                top, direction = top + bricks, 1
                bottom = top - 1
            elif (bricks := floor(bottom - height + _SLACK)) >= 1:
                bottom, direction = bottom - bricks, -1
                top = bottom + 1
        side.append(direction or NAN)
    return crossing(side, 0, RATIO)


def _range_bars(bars: Bars, size: float) -> Signals:
    side: Row = []
    direction = 0
    high = low = Fraction(0)
    for height in _heights(bars, size):
        if height is not None:
            if (done := floor(height - low + _SLACK)) >= 1:
                low, high, direction = low + done, height, 1
            elif (done := floor(high - height + _SLACK)) >= 1:
                high, low, direction = high - done, height, -1
            else:
                high, low = max(high, height), min(low, height)
        side.append(direction or NAN)
    return crossing(side, 0, RATIO)


def swings(bars: Bars, period: int) -> tuple[Row, Row]:
    """Return the newest completed swing high and swing low."""
    tops: Row = []
    bottoms: Row = []
    swing_high: Any = NAN
    swing_low: Any = NAN
    leg, extreme = "", 0
    for t in range(bars.count):
        if t >= period:
            high, low = bars.high[t], bars.low[t]
            ceiling, floor_ = (
                max(bars.high[t - period : t]),
                min(bars.low[t - period : t]),
            )
            if not leg:
                if high > ceiling:
                    leg, extreme = "up", high
                elif low < floor_:
                    leg, extreme = "down", low
            elif leg == "up":
                extreme = max(extreme, high)
                if low < floor_:
                    swing_high, leg, extreme = extreme, "down", low
            else:
                extreme = min(extreme, low)
                if high > ceiling:
                    swing_low, leg, extreme = extreme, "up", high
        tops.append(swing_high)
        bottoms.append(swing_low)
    return tops, bottoms


def _gann(bars: Bars, period: int) -> Signals:
    tops, bottoms = swings(bars, period)
    return above(bars.close, tops, bars.epsilon), above(
        bottoms, bars.close, bars.epsilon
    )


TYPES: dict[str, Callable[..., Signals]] = {
    "PIVOT": _pivot,
    "DOUBLE_TOP_BOTTOM": _double_top_bottom,
    "FIBONACCI_RETRACEMENTS": _fibonacci,
    "PRICE_GAP": _price_gap,
    "RENKO_CHART": _renko,
    "RANGE_BARS": _range_bars,
    "GANN_SWING": _gann,
}
