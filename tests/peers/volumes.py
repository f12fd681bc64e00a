"""Rules of types on price and volume, from TA-Lib, pandas, and numpy rows."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import talib
from numpy.lib.stride_tricks import sliding_window_view

from tests.peers.rows import (
    PRICE,
    RATIO,
    Frame,
    Row,
    Rules,
    above,
    crossing,
    down,
    ema,
    late,
    over,
    rolling_sum,
    sigma,
    sma,
    up,
    warm,
)


def _aroon_mfi(f: Frame, period: int, flow: int, high: int, low: int) -> Rules:
    aroon, money = talib.AROONOSC(f.high, f.low, period), f.mfi(flow)
    leave = down(aroon, 0, RATIO) | above(money, high, RATIO)
    enter = above(aroon, 0, RATIO) & up(money, low, RATIO)
    return enter, leave & warm(aroon, money)


def _cmo_mfi(f: Frame, period: int, flow: int) -> Rules:
    strength, money = talib.CMO(f.close, period), f.mfi(flow)
    poor = pd.Series(above(20, money, RATIO)).rolling(flow, min_periods=1).max()
    enter = up(strength, 0, RATIO) & (poor.to_numpy() > 0)
    leave = down(strength, 0, RATIO) | above(money, 80, RATIO)
    return enter, leave & warm(strength, money)


def _sar_mfi(f: Frame, start: float, step: float, top: float, period: int) -> Rules:
    line = f.sar(start, step, top)
    enter = above(f.close, line, PRICE) & up(f.mfi(period), 30, RATIO)
    return enter, down(f.close, line, PRICE)


def _vwap_reversion(f: Frame, period: int, span: int, multiple: float) -> Rules:
    away = f.close - f.vwap(period)
    spread = sigma(away, span)
    z = over(away, np.where(spread > PRICE, spread, 0.0), 0.0)
    return up(z, -multiple, RATIO), up(f.close, f.vwap(period), PRICE)


def _volume_macd(f: Frame, short: int, long: int, signal: int) -> Rules:
    one, two = (ema(f.close * f.volume, n) / ema(f.volume, n) for n in (short, long))
    line = one - two
    return crossing(line, ema(line, signal), PRICE)


def _obv(f: Frame, period: int) -> Rules:
    flows = np.sign(np.diff(f.close, prepend=f.close[0])) * f.volume
    line = np.cumsum(flows)
    return crossing(line, ema(line, period), RATIO)


def _accumulation(f: Frame) -> Row:
    return over(f.volume * (2 * f.close - f.high - f.low), f.high - f.low, 0.0)


def _chaikin(f: Frame, fast: int, slow: int) -> Rules:
    line = np.cumsum(_accumulation(f))
    return crossing(ema(line, fast), ema(line, slow), RATIO)


def _cmf(f: Frame, period: int) -> Rules:
    flow = rolling_sum(_accumulation(f), period)
    return crossing(over(flow, rolling_sum(f.volume, period)), 0, RATIO)


def _volume_breakout(f: Frame, multiple: float) -> Rules:
    average = sma(f.close, 10)
    burst = above(over(f.volume, sma(f.volume, 20)), multiple, RATIO)
    enter = burst & above(f.close, average, PRICE)
    return enter, down(f.close, average, PRICE)


def _price_volume_trend(f: Frame) -> Row:
    changes = np.diff(f.close, prepend=f.close[0]) / np.append(f.close[0], f.close[:-1])
    return np.cumsum(f.volume * changes)


def _pvt(f: Frame, period: int) -> Rules:
    line = _price_volume_trend(f)
    return crossing(line - rolling_sum(line, period) / period, 0, RATIO)


def _vpt(f: Frame, period: int) -> Rules:
    line = _price_volume_trend(f)
    enter, leave = crossing(line, ema(line, period), RATIO)
    return enter & above(f.close, sma(f.close, period), PRICE), leave


def _spread_analysis(f: Frame, period: int) -> Rules:
    effort = over(f.volume, sma(f.volume, period)) * (2 * f.close - f.high - f.low)
    line = effort - rolling_sum(effort, period) / period
    enter, leave = crossing(line, 0, PRICE)
    before = late(f.close)
    return enter & above(f.close, before, PRICE), leave & above(before, f.close, PRICE)


def _tick_volume(f: Frame, period: int) -> Rules:
    return crossing(ema((f.close - late(f.close)) * f.volume, period), 0, RATIO)


def _profile_deviations(f: Frame, period: int) -> Rules:
    prices = sliding_window_view(f.close, period)
    volumes = sliding_window_view(f.volume, period)
    weights = over(volumes, volumes.sum(axis=1, keepdims=True))
    mean = np.sum(prices * weights, axis=1)
    spread = np.sqrt(np.sum((prices - mean[:, None]) ** 2 * weights, axis=1))
    z = over(prices[:, -1] - mean, np.where(spread > PRICE, spread, 0.0), 0.0)
    z = np.concatenate([np.full(period - 1, np.nan), z])
    return up(z, -1, RATIO), up(z, 1, RATIO) | down(z, -1, RATIO)


def _vwap_crossover(f: Frame, period: int, average: int) -> Rules:
    return crossing(sma(f.close, average), f.vwap(period), PRICE)


RULES: dict[str, Callable[..., Rules]] = {
    "AROON_MFI": _aroon_mfi,
    "CMO_MFI": _cmo_mfi,
    "SAR_MFI": _sar_mfi,
    "VWAP_MEAN_REVERSION": _vwap_reversion,
    "VOLUME_WEIGHTED_MACD": _volume_macd,
    "OBV_EMA": _obv,
    "CHAIKIN_OSCILLATOR": _chaikin,
    "CMF_ZERO_LINE": _cmf,
    "VOLUME_BREAKOUT": _volume_breakout,
    "PVT": _pvt,
    "VPT": _vpt,
    "VOLUME_SPREAD_ANALYSIS": _spread_analysis,
    "TICK_VOLUME_ANALYSIS": _tick_volume,
    "VOLUME_PROFILE_DEVIATIONS": _profile_deviations,
    "VWAP_CROSSOVER": _vwap_crossover,
}
