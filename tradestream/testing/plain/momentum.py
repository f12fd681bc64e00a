"""Types on oscillators of momentum, and the oscillators."""

from collections.abc import Callable, Sequence
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
    minus,
    ratio,
    sma,
    total,
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
    rising,
    up,
    within,
)


def rises_and_falls(bars: Bars, period: int) -> tuple[Row, Row]:
    """Return the Wilder averages of what the close rose and fell."""
    moves = minus(bars.close, late(bars.close))
    return (
        wilder(each(lambda m: max(m, 0), moves), period),
        wilder(each(lambda m: max(-m, 0), moves), period),
    )


def rsi(bars: Bars, period: int) -> Row:
    """Return the relative strength index; 50 when nothing moved."""
    return each(
        lambda u, d: 100 * u / (u + d) if u + d > PRICE else LONG(50),
        *rises_and_falls(bars, period),
    )


def cmo(bars: Bars, period: int) -> Row:
    """Return Chande's momentum oscillator; 0 when nothing moved."""
    return each(
        lambda u, d: 100 * (u - d) / (u + d) if u + d > PRICE else LONG(0),
        *rises_and_falls(bars, period),
    )


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


def stochastic(row: Row, period: int) -> Row:
    """Return where a row stands between its extremes; 50 without a range."""

    def place(value: Any, low: Any, high: Any) -> Any:
        span = LONG(high) - low
        return 100 * (value - low) / span if span > PRICE else LONG(50)

    return each(place, row, lowest(row, period), highest(row, period))


def mfi(bars: Bars, period: int) -> Row:
    """Return the money flow index; 50 without any flow."""
    typical = bars.typical3
    ups: Row = [NAN]
    downs: Row = [NAN]
    for t in range(1, bars.count):
        flow, move = typical[t] * bars.volume[t], typical[t] - typical[t - 1]
        ups.append(flow if move > 0 else 0)
        downs.append(flow if move < 0 else 0)
    return each(
        lambda p, n: 100 * ratio(p, p + n) if p + n else LONG(50),
        total(ups, period),
        total(downs, period),
    )


def cci(bars: Bars, period: int) -> Row:
    """Return the commodity channel index; 0 if all typical prices are equal."""

    def index(window: list[int]) -> Any:
        offset = period * window[-1] - sum(window)
        away = sum(abs(period * x - sum(window)) for x in window)
        return LONG(offset * period * 1000) / LONG(15 * away) if away else LONG(0)

    return windows(index, bars.typical3, period)


def vigor(bars: Bars, period: int) -> Row:
    """Return the relative vigor index; 0 if the bars have no range."""
    gains = [c - o for c, o in zip(bars.close, bars.open, strict=True)]
    ranges = [h - low for h, low in zip(bars.high, bars.low, strict=True)]
    return each(
        lambda a, b: ratio(a, b) if b else LONG(0),
        total(_weighted(gains), period),
        total(_weighted(ranges), period),
    )


def _weighted(row: Sequence[Any]) -> Row:
    return each(
        lambda a, b, c, d: a + 2 * b + 2 * c + d, *(late(row, k) for k in range(4))
    )


def _stochastic_rsi(
    bars: Bars, period: int, k: int, d: int, high: int, low: int
) -> Signals:
    line = sma(stochastic(rsi(bars, period), k), d)
    return up(line, low, RATIO), either(down(line, high, RATIO), down(line, low, RATIO))


def _stochastic_ema(
    bars: Bars, average: int, k: int, d: int, high: int, low: int
) -> Signals:
    slow, line = ema(bars.close, average), sma(stochastic_k(bars, k), d)
    enter = both(above(bars.close, slow, bars.epsilon), up(line, low, RATIO))
    leave = either(down(line, high, RATIO), down(bars.close, slow, bars.epsilon))
    return enter, both(leave, all_warm(slow, line))


def _rvi(bars: Bars, period: int) -> Signals:
    line = vigor(bars, period)
    return crossing(line, [x / 6 for x in _weighted(line)], RATIO)


def _dpo(bars: Bars, period: int, average: int) -> Signals:
    line = minus(bars.close, late(sma(bars.close, period), period // 2 + 1))
    return crossing(line, sma(line, average), bars.epsilon)


def aroon_oscillator(bars: Bars, period: int) -> Row:
    """Return AroonUp − AroonDown; of equal extremes the newest counts."""
    out: Row = [NAN] * bars.count
    for t in range(period, bars.count):
        since = range(period + 1)
        newest_high = min(since, key=lambda ago: (-bars.high[t - ago], ago))
        newest_low = min(since, key=lambda ago: (bars.low[t - ago], ago))
        out[t] = ratio(100 * (newest_low - newest_high), period)
    return out


def _aroon_mfi(bars: Bars, period: int, flow: int, high: int, low: int) -> Signals:
    aroon, money = aroon_oscillator(bars, period), mfi(bars, flow)
    enter = both(above(aroon, 0, RATIO), up(money, low, RATIO))
    leave = either(down(aroon, 0, RATIO), above(money, high, RATIO))
    return enter, both(leave, all_warm(aroon, money))


def _atr_cci(bars: Bars, period: int, lookback: int) -> Signals:
    index, span = cci(bars, lookback), wilder(bars.true_range, period)
    leave = either(down(index, 100, RATIO), above(-100, index, RATIO))
    return both(up(index, -100, RATIO), rising(span, bars.epsilon)), leave


def _cmo_mfi(bars: Bars, period: int, lookback: int) -> Signals:
    strength, money = cmo(bars, period), mfi(bars, lookback)
    poor = within(above(20, money, RATIO), lookback)
    leave = either(down(strength, 0, RATIO), above(money, 80, RATIO))
    return both(up(strength, 0, RATIO), poor), both(leave, all_warm(strength, money))


def _sma_rsi(bars: Bars, average: int, period: int, high: int, low: int) -> Signals:
    index = rsi(bars, period)
    trend = above(bars.close, sma(bars.close, average), bars.epsilon)
    return both(trend, above(low, index, RATIO)), above(index, high, RATIO)


def _rsi_ema(bars: Bars, period: int, average: int) -> Signals:
    index = rsi(bars, period)
    enter, leave = crossing(index, ema(index, average), RATIO)
    return both(enter, above(70, index, RATIO)), leave


def _momentum_sma(bars: Bars, period: int, average: int) -> Signals:
    line = momentum(bars, period)
    enter, leave = crossing(line, sma(line, average), bars.epsilon)
    return both(above(line, 0, bars.epsilon), enter), leave


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
    trend = above(momentum(bars, long), 0, bars.epsilon)
    return both(trend, up(quick, 0, bars.epsilon)), down(quick, 0, bars.epsilon)


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
    "STOCHASTIC_RSI": _stochastic_rsi,
    "STOCHASTIC_EMA": _stochastic_ema,
    "RVI": _rvi,
    "AROON_MFI": _aroon_mfi,
    "ATR_CCI": _atr_cci,
    "CMO_MFI": _cmo_mfi,
    "DPO_CROSSOVER": _dpo,
}
