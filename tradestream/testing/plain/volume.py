"""Types on price and volume together."""

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
    late,
    minus,
    ratio,
    sma,
    total,
    windows,
)
from tradestream.testing.plain.signals import (
    PRICE,
    RATIO,
    Signals,
    above,
    both,
    crossing,
    down,
    either,
    up,
)


def vwap(bars: Bars, period: int) -> Row:
    """Return the mean typical price by volume; NaN without volume."""
    amounts = [p * v for p, v in zip(bars.typical3, bars.volume, strict=True)]
    return each(
        lambda amount, volume: ratio(amount, 3 * volume) if volume else NAN,
        total(amounts, period),
        total(bars.volume, period),
    )


def volume_ema(bars: Bars, period: int) -> Row:
    """Return the exponential average of the close by volume."""
    amounts = [c * v for c, v in zip(bars.close, bars.volume, strict=True)]
    start = LONG(sum(bars.close[:period])) / period
    return each(
        lambda amount, volume: amount / volume if volume > 0 else start,
        ema(amounts, period),
        ema(bars.volume, period),
    )


def relative_volume(bars: Bars, period: int) -> Row:
    """Return the volume over its mean; NaN without volume."""
    return each(
        lambda v, s: ratio(period * v, s) if s else NAN,
        bars.volume,
        total(bars.volume, period),
    )


def effort_over_mean(bars: Bars, period: int) -> Row:
    """Return relative volume × place of the close × range, less its mean."""
    effort = each(
        lambda v, h, low, c: v * (2 * c - h - low),
        relative_volume(bars, period),
        bars.high,
        bars.low,
        bars.close,
    )
    return minus(effort, sma(effort, period))


def money_flow_volume(bars: Bars) -> Row:
    """Return volume × place of the close in its bar, −1 to 1."""
    return each(
        lambda h, low, c, v: ratio(v * (2 * c - h - low), h - low) if h > low else 0,
        bars.high,
        bars.low,
        bars.close,
        bars.volume,
    )


def cmf(bars: Bars, period: int) -> Row:
    """Return Chaikin's money flow; NaN without volume."""
    return each(
        lambda flow, volume: LONG(flow) / volume if volume else NAN,
        total(money_flow_volume(bars), period),
        total(bars.volume, period),
    )


def signed_volume(bars: Bars) -> Row:
    """Return the flow of the on-balance volume."""
    moves = minus(bars.close, late(bars.close))
    return [0] + [
        int(np.sign(m)) * v for m, v in zip(moves[1:], bars.volume[1:], strict=True)
    ]


def price_volume_flow(bars: Bars) -> Row:
    """Return volume × relative change of the close."""
    flows = each(
        lambda c, b, v: ratio(v * (c - b), b), bars.close, late(bars.close), bars.volume
    )
    return [0, *flows[1:]]


def sum_over_sma(flows: Row, period: int) -> Row:
    """Return the running sum less its simple average, from what is in the window."""

    def lead(window: list[Any]) -> Any:
        return sum((LONG(k * x) for k, x in enumerate(window)), LONG(0)) / period

    return windows(lead, flows, period)


def sum_over_ema(flows: Row, period: int) -> Row:
    """Return the running sum less its exponential average."""
    out: Row = [NAN] * len(flows)
    if len(flows) < period:
        return out
    # L − mean of the first n values of L: flow k is in the last n − k of them.
    lead = sum((LONG(k * flows[k]) for k in range(period)), LONG(0)) / period
    out[period - 1] = lead
    rest = 1 - LONG(2) / (period + 1)
    for t in range(period, len(flows)):
        lead = rest * (lead + flows[t])
        out[t] = lead
    return out


def volume_force(bars: Bars) -> Row:
    """Return Klinger's volume force."""
    typical, out = bars.typical3, [NAN]
    ranges = [h - low for h, low in zip(bars.high, bars.low, strict=True)]
    trend, leg = 0, 0
    for t in range(1, bars.count):
        now = int(np.sign(typical[t] - typical[t - 1])) or trend
        leg = (ranges[t - 1] if now != trend else leg) + ranges[t]
        trend = now
        share = abs(2 * ranges[t] - leg)
        out.append(ratio(trend * bars.volume[t] * share, leg) if leg else LONG(0))
    return out


def volume_position(bars: Bars, period: int) -> Row:
    """Return the close in sigmas from the mean, both by volume."""
    out: Row = [NAN] * bars.count
    for t in range(period - 1, bars.count):
        pairs = [(bars.close[i], bars.volume[i]) for i in range(t - period + 1, t + 1)]
        volume = sum(v for _, v in pairs)
        amount = sum(v * c for c, v in pairs)
        spread = volume * sum(v * c * c for c, v in pairs) - amount**2
        if volume:
            offset = LONG(bars.close[t] * volume - amount)
            out[t] = offset / np.sqrt(LONG(spread)) if spread else LONG(0)
    return out


def control_price(bars: Bars, period: int) -> Row:
    """Return the middle of the fullest of 24 bins."""
    out: Row = [NAN] * bars.count
    for t in range(period - 1, bars.count):
        span = range(t - period + 1, t + 1)
        closes = [bars.close[i] for i in span]
        low, width = min(closes), max(closes) - min(closes)
        if not any(bars.volume[i] for i in span):
            continue
        if not width:
            out[t] = LONG(low)
            continue
        bins = [0] * 24
        for i in span:
            bins[min(24 * (bars.close[i] - low) // width, 23)] += bars.volume[i]
        fullest = bins.index(max(bins))
        out[t] = low + ratio((2 * fullest + 1) * width, 48)
    return out


def in_sigmas(row: Row, period: int) -> Row:
    """Return a row over its population sigma; 0 without one."""

    def measure(window: list[Any]) -> Any:
        mean = sum(window) / period
        sigma = np.sqrt(sum((x - mean) ** 2 for x in window) / period)
        return window[-1] / sigma if sigma > PRICE else LONG(0)

    return windows(measure, row, period)


def _vwap_crossover(bars: Bars, period: int, average: int) -> Signals:
    return crossing(sma(bars.close, average), vwap(bars, period), bars.epsilon)


def _vwap_reversion(bars: Bars, period: int, span: int, multiple: float) -> Signals:
    mean = vwap(bars, period)
    away = in_sigmas(minus(bars.close, mean), span)
    return up(away, -multiple, RATIO), up(bars.close, mean, bars.epsilon)


def _volume_macd(bars: Bars, short: int, long: int, signal: int) -> Signals:
    line = minus(volume_ema(bars, short), volume_ema(bars, long))
    return crossing(line, ema(line, signal), bars.epsilon)


def _obv(bars: Bars, period: int) -> Signals:
    return crossing(sum_over_ema(signed_volume(bars), period), 0, RATIO)


def _chaikin(bars: Bars, fast: int, slow: int) -> Signals:
    flows = money_flow_volume(bars)
    return crossing(
        minus(sum_over_ema(flows, slow), sum_over_ema(flows, fast)), 0, RATIO
    )


def _klinger(bars: Bars, short: int, long: int, signal: int) -> Signals:
    force = volume_force(bars)
    line = minus(ema(force, short), ema(force, long))
    return crossing(line, ema(line, signal), RATIO)


def _volume_breakout(bars: Bars, multiple: float) -> Signals:
    average = sma(bars.close, 10)
    burst = above(relative_volume(bars, 20), multiple, RATIO)
    enter = both(burst, above(bars.close, average, bars.epsilon))
    return enter, down(bars.close, average, bars.epsilon)


def _pvt(bars: Bars, period: int) -> Signals:
    return crossing(sum_over_sma(price_volume_flow(bars), period), 0, RATIO)


def _vpt(bars: Bars, period: int) -> Signals:
    enter, leave = crossing(sum_over_ema(price_volume_flow(bars), period), 0, RATIO)
    return both(enter, above(bars.close, sma(bars.close, period), bars.epsilon)), leave


def _spread_analysis(bars: Bars, period: int) -> Signals:
    enter, leave = crossing(effort_over_mean(bars, period), 0, bars.epsilon)
    before = late(bars.close)
    rose, fell = (
        above(bars.close, before, bars.epsilon),
        above(before, bars.close, bars.epsilon),
    )
    return both(enter, rose), both(leave, fell)


def _tick_volume(bars: Bars, period: int) -> Signals:
    moves = minus(bars.close, late(bars.close))
    return crossing(ema(each(lambda m, v: m * v, moves, bars.volume), period), 0, RATIO)


def _profile_deviations(bars: Bars, period: int) -> Signals:
    away = volume_position(bars, period)
    return up(away, -1, RATIO), either(up(away, 1, RATIO), down(away, -1, RATIO))


def _profile(bars: Bars, period: int) -> Signals:
    return crossing(bars.close, control_price(bars, period), bars.epsilon)


def _cmf(bars: Bars, period: int) -> Signals:
    return crossing(cmf(bars, period), 0, RATIO)


TYPES: dict[str, Callable[..., Signals]] = {
    "VWAP_CROSSOVER": _vwap_crossover,
    "VWAP_MEAN_REVERSION": _vwap_reversion,
    "VOLUME_WEIGHTED_MACD": _volume_macd,
    "OBV_EMA": _obv,
    "CHAIKIN_OSCILLATOR": _chaikin,
    "KLINGER_VOLUME": _klinger,
    "VOLUME_BREAKOUT": _volume_breakout,
    "PVT": _pvt,
    "VPT": _vpt,
    "VOLUME_SPREAD_ANALYSIS": _spread_analysis,
    "TICK_VOLUME_ANALYSIS": _tick_volume,
    "VOLUME_PROFILE_DEVIATIONS": _profile_deviations,
    "VOLUME_PROFILE": _profile,
    "CMF_ZERO_LINE": _cmf,
}
