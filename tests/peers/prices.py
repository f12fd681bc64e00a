"""Rules of types on the price alone, from TA-Lib, pandas, and numpy rows."""

from collections.abc import Callable

import numpy as np
import talib
from numpy.lib.stride_tricks import sliding_window_view

from tests.peers.rows import (
    PRICE,
    RATIO,
    Bits,
    Frame,
    Row,
    Rules,
    above,
    crossing,
    down,
    ema,
    in_range,
    late,
    over,
    rolling_sum,
    sigma,
    sma,
    up,
    warm,
    wilder,
)


def _sma_rsi(f: Frame, average: int, period: int, high: int, low: int) -> Rules:
    rsi = talib.RSI(f.close, period)
    enter = above(f.close, sma(f.close, average), PRICE) & above(low, rsi, RATIO)
    return enter, above(rsi, high, RATIO)


def _ema_macd(f: Frame, short: int, long: int, signal: int) -> Rules:
    enter, leave = _macd(f, short, long, signal)
    return enter & above(f.close, ema(f.close, long), PRICE), leave


def _macd(f: Frame, short: int, long: int, signal: int) -> Rules:
    line = ema(f.close, short) - ema(f.close, long)
    return crossing(line, ema(line, signal), PRICE)


def _movement(f: Frame) -> tuple[Row, Row]:
    rise, fall = f.high - late(f.high), late(f.low) - f.low
    plus = np.where((rise > fall) & (rise > 0), rise, 0.0)
    minus = np.where((fall > rise) & (fall > 0), fall, 0.0)
    plus[0] = minus[0] = np.nan
    return plus, minus


def _adx(f: Frame, period: int) -> Row:
    plus, minus = (wilder(x, period) for x in _movement(f))
    return wilder(over(100 * np.abs(plus - minus), plus + minus, 0.0), period)


def _adx_stochastic(f: Frame, n: int, k: int, d: int, high: int, low: int) -> Rules:
    line = sma(f.fast_k(k), d)
    enter = above(_adx(f, n), 20, RATIO) & up(line, low, RATIO)
    return enter, above(line, high, RATIO)


def _adx_dmi(f: Frame, period: int, lookback: int) -> Rules:
    plus, minus = (wilder(x, lookback) for x in _movement(f))
    ranges = f.atr(lookback)
    enter, leave = crossing(100 * plus / ranges, 100 * minus / ranges, RATIO)
    return enter & above(_adx(f, period), 25, RATIO), leave


def _ichimoku(f: Frame, fast: int, slow: int, wide: int, ago: int) -> Rules:
    tenkan, kijun = f.middle(fast), f.middle(slow)
    one, two = late((tenkan + kijun) / 2, slow), late(f.middle(wide), slow)
    enter = up(tenkan, kijun, PRICE) & above(f.close, late(f.close, ago), PRICE)
    enter &= above(f.close, np.maximum(one, two), PRICE)
    under = above(np.minimum(one, two), f.close, PRICE)
    return enter, (down(tenkan, kijun, PRICE) | under) & warm(one, two)


def _triple_ema(f: Frame, *periods: int) -> Rules:
    a, b, c = (ema(f.close, n) for n in periods)
    ordered = above(a, b, PRICE) & above(b, c, PRICE)
    fresh = np.zeros(len(ordered), np.bool_)
    fresh[1:] = ordered[1:] & ~ordered[:-1] & warm(a, b, c)[:-1]
    return fresh, down(a, b, PRICE)


def _heiken_ashi(f: Frame, period: int) -> Rules:
    o, h, low, c = (ema(x, period) for x in (f.open, f.high, f.low, f.close))
    closed = (o + h + low + c) / 4
    first = period - 1
    before = np.append((o[first] + c[first]) / 2, closed[first:-1])
    opened = np.full(len(o), np.nan)
    halves = [before[0]]
    for value in before[1:]:
        halves.append((halves[-1] + value) / 2)
    opened[first:] = halves
    return crossing(closed, opened, PRICE)


def _residuals(f: Frame, period: int) -> Row:
    views = sliding_window_view(f.close, period)
    places = np.arange(period) - (period - 1) / 2
    away = views - views.mean(axis=1, keepdims=True)
    slopes = away @ places / (places @ places)
    left = away - slopes[:, None] * places
    spread = np.sqrt(np.mean(left**2, axis=1))
    spread[spread < 1e-6 * np.sqrt(np.mean(away**2, axis=1))] = 0
    z = over(left[:, -1], spread, 0.0)
    return np.concatenate([np.full(period - 1, np.nan), z])


def _regression_channels(f: Frame, period: int, multiple: float) -> Rules:
    z = _residuals(f, period)
    return up(z, -multiple, RATIO), up(z, multiple, RATIO) | down(z, -multiple, RATIO)


def _bands(f: Frame, period: int, lookback: int, multiple: float) -> Rules:
    z = over(f.close - sma(f.close, period), sigma(f.close, period), 0.0)
    w = in_range(f.close, f.lowest(lookback), f.highest(lookback)) - 100
    enter = above(-multiple, z, RATIO) & above(-80, w, RATIO)
    leave = above(z, multiple, RATIO) | above(w, -20, RATIO)
    return enter, leave & warm(z, w)


def _atr_cci(f: Frame, period: int, lookback: int) -> Rules:
    cci = talib.CCI(3 * f.high, 3 * f.low, 3 * f.close, lookback)
    ranges = f.atr(period)
    enter = up(cci, -100, RATIO) & above(ranges, late(ranges), PRICE)
    return enter, down(cci, 100, RATIO) | above(-100, cci, RATIO)


def _donchian(f: Frame, period: int) -> Rules:
    enter = above(f.close, late(f.highest(period)), PRICE)
    return enter, above(late(f.lowest(period)), f.close, PRICE)


def _volatility_stop(f: Frame, period: int, multiple: float) -> Rules:
    ranges = f.atr(period)
    rise = (f.close - talib.MIN(f.close, period)) / ranges
    fall = (talib.MAX(f.close, period) - f.close) / ranges
    return up(rise, multiple, RATIO), up(fall, multiple, RATIO)


def _momentum_sma(f: Frame, period: int, average: int) -> Rules:
    line = talib.MOM(f.close, period)
    enter, leave = crossing(line, sma(line, average), PRICE)
    return enter & above(line, 0, PRICE), leave


def _kst(f: Frame, *parameters: int) -> Rules:
    *averages, signal = parameters
    line = np.zeros(len(f.close))
    for weight, n, average in zip(
        (1, 2, 3, 4), (10, 15, 20, 30), averages, strict=True
    ):
        line = line + weight * sma(talib.ROC(f.close, n), average)
    return crossing(line, sma(line, signal), RATIO)


def _stochastic_rsi(f: Frame, n: int, k: int, d: int, high: int, low: int) -> Rules:
    rsi = talib.RSI(f.close, n)
    line = sma(in_range(rsi, talib.MIN(rsi, k), talib.MAX(rsi, k)), d)
    return up(line, low, RATIO), down(line, high, RATIO) | down(line, low, RATIO)


def _weighted(row: Row) -> Row:
    return row + 2 * late(row) + 2 * late(row, 2) + late(row, 3)


def _rvi(f: Frame, period: int) -> Rules:
    gains, ranges = _weighted(f.close - f.open), _weighted(f.high - f.low)
    line = over(rolling_sum(gains, period), rolling_sum(ranges, period), 0.0)
    return crossing(line, _weighted(line) / 6, RATIO)


def _mass_index(f: Frame, period: int, span: int) -> Rules:
    trend, single = ema(f.close, period), ema(f.high - f.low, period)
    mass = sma(single / ema(single, period), span)
    peaks, peak = [], np.nan
    for value in mass:
        peak = 1.06 if value < 1.06 - RATIO else np.fmax(peak, value)
        peaks.append(peak)
    bulge = above(late(np.array(peaks)), 1.08, RATIO)
    enter = down(mass, 1.06, RATIO) & bulge & above(f.close, trend, PRICE)
    return enter, down(f.close, trend, PRICE)


def _pinball(f: Frame, short: int, long: int) -> Rules:
    enter, leave = crossing(talib.MOM(f.close, short), 0, PRICE)
    return enter & above(talib.MOM(f.close, long), 0, PRICE), leave


def _stochastic_ema(f: Frame, n: int, k: int, d: int, high: int, low: int) -> Rules:
    average, line = ema(f.close, n), sma(f.fast_k(k), d)
    leave = down(line, high, RATIO) | down(f.close, average, PRICE)
    enter = above(f.close, average, PRICE) & up(line, low, RATIO)
    return enter, leave & warm(average, line)


def _rsi_ema(f: Frame, period: int, average: int) -> Rules:
    rsi = talib.RSI(f.close, period)
    enter, leave = crossing(rsi, ema(rsi, average), RATIO)
    return enter & above(70, rsi, RATIO), leave


def _trix(f: Frame, period: int, signal: int) -> Rules:
    line = talib.TRIX(f.close, period)
    return crossing(line, sma(line, signal), RATIO)


def _roc_ma(f: Frame, period: int, average: int) -> Rules:
    line = talib.ROC(f.close, period)
    return crossing(line, ema(line, average), RATIO)


def _rainbow(f: Frame, *periods: int) -> Rules:
    middle = np.mean([sma(f.close, n) for n in periods], axis=0)
    return crossing(f.close, middle, PRICE)


def _price_oscillator(f: Frame, fast: int, slow: int, signal: int) -> Rules:
    line = 100 * (sma(f.close, fast) / sma(f.close, slow) - 1)
    return crossing(line, sma(line, signal), RATIO)


def _awesome(f: Frame, short: int, long: int) -> Rules:
    middle = talib.MEDPRICE(f.high, f.low)
    return crossing(sma(middle, short), sma(middle, long), PRICE)


def _pivot(f: Frame, period: int) -> Rules:
    line = (f.highest(period) + f.lowest(period) + f.close) / 3
    return crossing(f.close, late(line), PRICE)


def _elder_ray(f: Frame, period: int) -> Rules:
    average = ema(f.close, period)
    enter: Bits = above(average, late(average), PRICE) & up(f.low, average, PRICE)
    return enter, down(f.high, average, PRICE)


def _dpo(f: Frame, period: int, average: int) -> Rules:
    line = f.close - late(sma(f.close, period), period // 2 + 1)
    return crossing(line, sma(line, average), PRICE)


RULES: dict[str, Callable[..., Rules]] = {
    "SMA_RSI": _sma_rsi,
    "EMA_MACD": _ema_macd,
    "ADX_STOCHASTIC": _adx_stochastic,
    "ICHIMOKU_CLOUD": _ichimoku,
    "PARABOLIC_SAR": lambda f, *p: crossing(f.close, f.sar(*p), PRICE),
    "SMA_EMA_CROSSOVER": lambda f, a, b: crossing(
        sma(f.close, a), ema(f.close, b), PRICE
    ),
    "DOUBLE_EMA_CROSSOVER": lambda f, a, b: crossing(
        ema(f.close, a), ema(f.close, b), PRICE
    ),
    "TRIPLE_EMA_CROSSOVER": _triple_ema,
    "HEIKEN_ASHI": _heiken_ashi,
    "LINEAR_REGRESSION_CHANNELS": _regression_channels,
    "BBAND_W_R": _bands,
    "ATR_CCI": _atr_cci,
    "DONCHIAN_BREAKOUT": _donchian,
    "VOLATILITY_STOP": _volatility_stop,
    "MOMENTUM_SMA_CROSSOVER": _momentum_sma,
    "KST_OSCILLATOR": _kst,
    "STOCHASTIC_RSI": _stochastic_rsi,
    "RVI": _rvi,
    "MASS_INDEX": _mass_index,
    "MOMENTUM_PINBALL": _pinball,
    "STOCHASTIC_EMA": _stochastic_ema,
    "RSI_EMA_CROSSOVER": _rsi_ema,
    "TRIX_SIGNAL_LINE": _trix,
    "RAINBOW_OSCILLATOR": _rainbow,
    "PRICE_OSCILLATOR_SIGNAL": _price_oscillator,
    "AWESOME_OSCILLATOR": _awesome,
    "DEMA_TEMA_CROSSOVER": lambda f, a, b: crossing(
        talib.DEMA(f.close, a), talib.TEMA(f.close, b), PRICE
    ),
    "MACD_CROSSOVER": _macd,
    "ROC_MA_CROSSOVER": _roc_ma,
    "REGRESSION_CHANNEL": lambda f, n: crossing(
        f.close, talib.LINEARREG(f.close, n), PRICE
    ),
    "PIVOT": _pivot,
    "ADX_DMI": _adx_dmi,
    "ELDER_RAY_MA": _elder_ray,
    "DPO_CROSSOVER": _dpo,
}
