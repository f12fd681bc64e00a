"""Types on oscillators of momentum, and the oscillators."""

from collections.abc import Callable
from typing import Any

from tradestream.testing.plain.rows import (
    LONG,
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
    wilder,
)
from tradestream.testing.plain.signals import (
    PRICE,
    RATIO,
    Signals,
    above,
    both,
    crossing,
    down,
    up,
)


def rsi(bars: Bars, period: int) -> Row:
    """Return the relative strength index; 50 when nothing moved."""
    moves = minus(bars.close, late(bars.close))
    rises = wilder(each(lambda m: max(m, 0), moves), period)
    falls = wilder(each(lambda m: max(-m, 0), moves), period)
    return each(lambda u, d: 100 * u / (u + d) if u + d > 0 else LONG(50), rises, falls)


def momentum(bars: Bars, period: int) -> Row:
    """Return the close less that of `period` bars ago."""
    return minus(bars.close, late(bars.close, period))


def roc(bars: Bars, period: int) -> Row:
    """Return the close's change over `period` bars in percent."""
    return each(
        lambda now, before: 100 * ratio(now - before, before),
        bars.close,
        late(bars.close, period),
    )


def place_in_range(value: Any, low: Any, high: Any) -> Any:
    """Return 0 at the low, 100 at the high, 50 without a range."""
    return 100 * (LONG(value) - low) / (high - low) if high > low else LONG(50)


def stochastic_k(bars: Bars, period: int) -> Row:
    """Return the fast %K."""
    return each(
        place_in_range, bars.close, lowest(bars.low, period), highest(bars.high, period)
    )


def _sma_rsi(bars: Bars, average: int, period: int, high: int, low: int) -> Signals:
    index = rsi(bars, period)
    trend = above(bars.close, sma(bars.close, average), PRICE)
    return both(trend, above(low, index, RATIO)), above(index, high, RATIO)


def _rsi_ema(bars: Bars, period: int, average: int) -> Signals:
    index = rsi(bars, period)
    enter, leave = crossing(index, ema(index, average), RATIO)
    return both(enter, above(70, index, RATIO)), leave


def _momentum_sma(bars: Bars, period: int, average: int) -> Signals:
    line = momentum(bars, period)
    enter, leave = crossing(line, sma(line, average), PRICE)
    return both(above(line, 0, PRICE), enter), leave


def _kst(bars: Bars, *parameters: int) -> Signals:
    *averages, signal = parameters
    rates = [
        sma(roc(bars, n), average)
        for n, average in zip((10, 15, 20, 30), averages, strict=True)
    ]
    kst = each(lambda a, b, c, d: a + 2 * b + 3 * c + 4 * d, *rates)
    return crossing(kst, sma(kst, signal), RATIO)


def _pinball(bars: Bars, short: int, long: int) -> Signals:
    quick = momentum(bars, short)
    trend = above(momentum(bars, long), 0, PRICE)
    return both(trend, up(quick, 0, PRICE)), down(quick, 0, PRICE)


def _roc_ma(bars: Bars, period: int, average: int) -> Signals:
    line = roc(bars, period)
    return crossing(line, ema(line, average), RATIO)


def _trix(bars: Bars, period: int, signal: int) -> Signals:
    triple = ema(ema(ema(bars.close, period), period), period)
    change = each(lambda a, b: 100 * (a / b - 1), triple, late(triple))
    return crossing(change, sma(change, signal), RATIO)


TYPES: dict[str, Callable[..., Signals]] = {
    "SMA_RSI": _sma_rsi,
    "RSI_EMA_CROSSOVER": _rsi_ema,
    "MOMENTUM_SMA_CROSSOVER": _momentum_sma,
    "KST_OSCILLATOR": _kst,
    "MOMENTUM_PINBALL": _pinball,
    "ROC_MA_CROSSOVER": _roc_ma,
    "TRIX_SIGNAL_LINE": _trix,
}
