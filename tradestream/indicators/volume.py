"""Prices weighted by volume."""

import numpy as np

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
