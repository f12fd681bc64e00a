"""Types that cross averages of the price, and the averages that only they use."""

from collections.abc import Callable

from tradestream.testing.plain.rows import Bars, Row, each, ema, minus, sma
from tradestream.testing.plain.signals import (
    RATIO,
    Signals,
    above,
    all_warm,
    becomes,
    both,
    crossing,
    down,
    rising,
    up,
)


def macd(bars: Bars, short: int, long: int) -> Row:
    """Return the difference of two exponential averages of the close."""
    return minus(ema(bars.close, short), ema(bars.close, long))


def _sma_ema(bars: Bars, simple: int, smooth: int) -> Signals:
    return crossing(sma(bars.close, simple), ema(bars.close, smooth), bars.epsilon)


def _double_ema(bars: Bars, short: int, long: int) -> Signals:
    return crossing(ema(bars.close, short), ema(bars.close, long), bars.epsilon)


def _triple_ema(bars: Bars, short: int, medium: int, long: int) -> Signals:
    a, b, c = (ema(bars.close, n) for n in (short, medium, long))
    ordered = both(above(a, b, bars.epsilon), above(b, c, bars.epsilon))
    return becomes(ordered, all_warm(a, b, c)), down(a, b, bars.epsilon)


def _awesome(bars: Bars, short: int, long: int) -> Signals:
    twice = bars.median2
    oscillator = minus(sma(twice, short), sma(twice, long))
    return crossing([x / 2 for x in oscillator], 0, bars.epsilon)


def _ema_macd(bars: Bars, short: int, long: int, signal: int) -> Signals:
    line = macd(bars, short, long)
    enter, leave = crossing(line, ema(line, signal), bars.epsilon)
    return both(enter, above(bars.close, ema(bars.close, long), bars.epsilon)), leave


def _macd_crossover(bars: Bars, short: int, long: int, signal: int) -> Signals:
    line = macd(bars, short, long)
    return crossing(line, ema(line, signal), bars.epsilon)


def _dema_tema(bars: Bars, double: int, triple: int) -> Signals:
    first = ema(bars.close, double)
    dema = each(lambda a, b: 2 * a - b, first, ema(first, double))
    one = ema(bars.close, triple)
    two = ema(one, triple)
    tema = each(lambda a, b, c: 3 * a - 3 * b + c, one, two, ema(two, triple))
    return crossing(dema, tema, bars.epsilon)


def _rainbow(bars: Bars, *periods: int) -> Signals:
    averages = [sma(bars.close, n) for n in periods]
    away = each(lambda c, a, b, d: c - (a + b + d) / 3, bars.close, *averages)
    return crossing(away, 0, bars.epsilon)


def _price_oscillator(bars: Bars, fast: int, slow: int, signal: int) -> Signals:
    quick, lazy = sma(bars.close, fast), sma(bars.close, slow)
    percent = each(lambda a, b: 100 * (a - b) / b, quick, lazy)
    return crossing(percent, sma(percent, signal), RATIO)


def _elder_ray(bars: Bars, period: int) -> Signals:
    average = ema(bars.close, period)
    enter = both(rising(average, bars.epsilon), up(bars.low, average, bars.epsilon))
    return enter, down(bars.high, average, bars.epsilon)


TYPES: dict[str, Callable[..., Signals]] = {
    "SMA_EMA_CROSSOVER": _sma_ema,
    "DOUBLE_EMA_CROSSOVER": _double_ema,
    "TRIPLE_EMA_CROSSOVER": _triple_ema,
    "AWESOME_OSCILLATOR": _awesome,
    "EMA_MACD": _ema_macd,
    "MACD_CROSSOVER": _macd_crossover,
    "DEMA_TEMA_CROSSOVER": _dema_tema,
    "RAINBOW_OSCILLATOR": _rainbow,
    "ELDER_RAY_MA": _elder_ray,
    "PRICE_OSCILLATOR_SIGNAL": _price_oscillator,
}
