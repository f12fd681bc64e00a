"""Wilder's directional movement, and the types on it."""

from collections.abc import Callable

from tradestream.testing.plain.momentum import stochastic_k
from tradestream.testing.plain.rows import LONG, NAN, Bars, Row, each, sma, wilder
from tradestream.testing.plain.signals import (
    PRICE,
    RATIO,
    Signals,
    above,
    both,
    crossing,
    up,
)


def _movements(bars: Bars) -> tuple[Row, Row]:
    """Return +DM and −DM."""
    plus: Row = [NAN]
    minus: Row = [NAN]
    for t in range(1, bars.count):
        rise = bars.high[t] - bars.high[t - 1]
        fall = bars.low[t - 1] - bars.low[t]
        plus.append(rise if rise > max(fall, 0) else 0)
        minus.append(fall if fall > max(rise, 0) else 0)
    return plus, minus


def directional_indicators(bars: Bars, period: int) -> tuple[Row, Row]:
    """Return +DI and −DI; 0 where there is no range."""
    spans = wilder(bars.true_range, period)
    plus, minus = (
        each(
            lambda m, r: 100 * m / r if r > PRICE else LONG(0),
            wilder(movement, period),
            spans,
        )
        for movement in _movements(bars)
    )
    return plus, minus


def adx(bars: Bars, period: int) -> Row:
    """Return the average directional index."""
    averages = [wilder(movement, period) for movement in _movements(bars)]
    index = each(
        lambda p, m: 100 * abs(p - m) / (p + m) if p + m > PRICE else LONG(0),
        *averages,
    )
    return wilder(index, period)


def _adx_stochastic(
    bars: Bars, period: int, k: int, d: int, high: int, low: int
) -> Signals:
    line = sma(stochastic_k(bars, k), d)
    enter = both(above(adx(bars, period), 20, RATIO), up(line, low, RATIO))
    return enter, above(line, high, RATIO)


def _adx_dmi(bars: Bars, period: int, lookback: int) -> Signals:
    enter, leave = crossing(*directional_indicators(bars, lookback), RATIO)
    return both(above(adx(bars, period), 25, RATIO), enter), leave


TYPES: dict[str, Callable[..., Signals]] = {
    "ADX_STOCHASTIC": _adx_stochastic,
    "ADX_DMI": _adx_dmi,
}
