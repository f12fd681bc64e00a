"""Prices weighted by volume."""

import numpy as np

from tradestream.indicators.flows import write_accumulation
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import window_sum


@indicator("vwap", columns=("high", "low", "close", "volume"), unit="price", holes=True)
def vwap(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Mean of typical price (high + low + close) / 3 by volume over n bars.

    NaN while none of the n bars has volume: not warm, so no rule on it is true.
    """
    highs = row(argument(inputs, 0, 0), bars)
    lows = row(argument(inputs, 1, 0), bars)
    closes = row(argument(inputs, 2, 0), bars)
    volumes = row(argument(inputs, 3, 0), bars)
    anchor = closes[0]
    traded, a, b = np.empty(bars), np.empty(bars), np.empty(bars)
    amount, total = np.empty(bars), np.empty(bars)
    for t in range(bars):
        traded[t] = (highs[t] + lows[t] + closes[t] - 3.0 * anchor) * volumes[t]
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        window_sum(traded, 0, period, amount, a, b)
        window_sum(volumes, 0, period, total, a, b)
        for t in range(bars):
            value = anchor + amount[t] / (3.0 * total[t])
            out[t] = value if total[t] > 0.0 else np.nan


@indicator("volume_ema", columns=("close", "volume"), unit="price")
def volume_ema(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,
    outputs: int,
) -> None:
    """Exponential average of the close by volume: EMA(close · volume) / EMA(volume).

    Both averages of n bars, seeded as every EMA. Without volume it stays where it
    is; while there was none at all yet, it is the simple mean of the first n closes.
    """
    closes = row(argument(inputs, 0, 0), bars)
    volumes = row(argument(inputs, 1, 0), bars)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        weight = 2.0 / (period + 1.0)
        start = min(period - 1, bars)
        out[:start] = np.nan
        if start == bars:
            continue
        plain, traded, total = 0.0, 0.0, 0.0
        for t in range(period):
            plain += closes[t] - closes[0]
            traded += (closes[t] - closes[0]) * volumes[t]
            total += volumes[t]
        price = closes[0] + (traded / total if total > 0.0 else plain / period)
        total /= period
        out[start] = price
        for t in range(period, bars):
            total += weight * (volumes[t] - total)
            share = weight * volumes[t] / total if total > 0.0 else 0.0
            price += share * (closes[t] - price)
            out[t] = price


@indicator("relative_volume", columns=("volume",), unit="ratio", holes=True)
def relative_volume(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Volume / its mean over the last n bars, this one included.

    NaN while none of the n bars has volume: not warm, so no rule on it is true.
    """
    volumes = row(argument(inputs, 0, 0), bars)
    a, b = np.empty(bars), np.empty(bars)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        window_sum(volumes, 0, period, out, a, b)
        for t in range(bars):
            out[t] = period * volumes[t] / out[t]


@indicator(
    "effort_over_mean",
    columns=("high", "low", "close", "volume"),
    unit="price",
    holes=True,
)
def effort_over_mean(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """E − mean of the last n values of E, this one included.

    E = V · (2 · close − high − low), in ticks: relative volume times the place of
    the close within the bar, −1 to 1, times the bar's range. V is the volume / its
    mean over the last n bars. NaN while one of those n values of V has no volume in
    its n bars: not warm, so no rule on it is true; the first value is on bar 2·n − 2.
    """
    highs = row(argument(inputs, 0, 0), bars)
    lows = row(argument(inputs, 1, 0), bars)
    closes = row(argument(inputs, 2, 0), bars)
    volumes = row(argument(inputs, 3, 0), bars)
    a, b = np.empty(bars), np.empty(bars)
    effort, total = np.empty(bars), np.empty(bars)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        window_sum(volumes, 0, period, total, a, b)
        for t in range(bars):
            place = 2.0 * closes[t] - highs[t] - lows[t]
            effort[t] = period * volumes[t] * place / total[t]
        window_sum(effort, min(period - 1, bars), period, out, a, b)
        for t in range(bars):
            out[t] = effort[t] - out[t] / period


@indicator("cmf", columns=("high", "low", "close", "volume"), unit="ratio", holes=True)
def cmf(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Chaikin's money flow, −1 to 1: Σ flow / Σ volume over the last n bars.

    flow = volume · ((close − low) − (high − close)) / (high − low); 0 if high = low.
    NaN while none of the n bars has volume: not warm, so no rule on it is true.
    """
    flow, total = np.empty(bars), np.empty(bars)
    a, b = np.empty(bars), np.empty(bars)
    volumes = row(argument(inputs, 3, 0), bars)
    write_accumulation(
        row(argument(inputs, 0, 0), bars),
        row(argument(inputs, 1, 0), bars),
        row(argument(inputs, 2, 0), bars),
        volumes,
        flow,
    )
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        window_sum(volumes, 0, period, total, a, b)
        window_sum(flow, 0, period, out, a, b)
        for t in range(bars):
            out[t] /= total[t]
