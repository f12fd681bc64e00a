"""Money that flows in and out of a market."""

import numpy as np

from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import window_sum


@indicator("mfi", columns=("high", "low", "close", "volume"), unit="ratio")
def mfi(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Money flow index of n bars, 0 to 100; 50 without any flow.

    100 · P / (P + N). With the typical price (high + low + close) / 3, a bar's flow
    is typical price · volume; P is the sum of flows of those of the last n bars
    whose typical price is above that of the bar before, N of those whose is below.
    The first n bars have none; P + N = 0 gives 50, and there is no smallest flow.
    """
    highs = row(argument(inputs, 0, 0), bars)
    lows = row(argument(inputs, 1, 0), bars)
    closes = row(argument(inputs, 2, 0), bars)
    volumes = row(argument(inputs, 3, 0), bars)
    inflow, outflow = np.zeros(bars), np.zeros(bars)
    for t in range(1, bars):
        typical = highs[t] + lows[t] + closes[t]
        move = typical - (highs[t - 1] + lows[t - 1] + closes[t - 1])
        inflow[t] = typical * volumes[t] if move > 0.0 else 0.0
        outflow[t] = typical * volumes[t] if move < 0.0 else 0.0
    plus, minus = np.empty(bars), np.empty(bars)
    a, b = np.empty(bars), np.empty(bars)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        window_sum(inflow, 1, period, plus, a, b)
        window_sum(outflow, 1, period, minus, a, b)
        start = min(period, bars)
        out[:start] = np.nan
        for t in range(start, bars):
            both = plus[t] + minus[t]
            out[t] = plus[t] * 100.0 / both if both > 0.0 else 50.0
