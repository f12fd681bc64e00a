"""Heikin-Ashi candles of smoothed bars."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator


@indicator("heikin_ashi", columns=("open", "high", "low", "close"), unit="price")
def heikin_ashi(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Height of the Heikin-Ashi candle of smoothed bars: its close − its open.

    Open, high, low, and close are each replaced by their `ema` of n bars. Then
    haClose = (open + high + low + close) / 4. On the first warm bar
    haOpen = (open + close) / 2; on any later one haOpen = (haOpen + haClose) / 2
    of the bar before.
    """
    opens = row(argument(inputs, 0, 0), bars)
    highs = row(argument(inputs, 1, 0), bars)
    lows = row(argument(inputs, 2, 0), bars)
    closes = row(argument(inputs, 3, 0), bars)
    middles, first = np.empty(bars), np.empty(bars)
    for t in range(bars):
        middles[t] = (opens[t] + highs[t] + lows[t] + closes[t]) * 0.25
        first[t] = (highs[t] + lows[t] - opens[t] - closes[t]) * 0.25
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        _heights(middles, first, int(setting(parameters, 0, k)), out)


@kernel
def _heights(middles: Floats, first: Floats, period: int, out: Floats) -> None:
    """Write the heights for one period.

    An average is linear, so the average of the four is the four averages'. With
    C the haClose, the height is C(t) − C(t − 1) + height(t − 1) / 2: no price in
    it, so that nothing is lost by cancelling.
    """
    bars = out.shape[0]
    start = min(period - 1, bars)
    out[:start] = np.nan
    if start == bars:
        return
    close, height = 0.0, 0.0
    for t in range(period):
        close += middles[t] - middles[0]
        height += first[t]
    close = middles[0] + close / period
    height /= period
    out[start] = height
    weight = 2.0 / (period + 1.0)
    for t in range(start + 1, bars):
        step = weight * (middles[t] - close)
        close += step
        height = 0.5 * height + step
        out[t] = height
