"""Relative vigour: how much of their range bars move from open to close."""

import numpy as np

from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import window_sum


@indicator("vigor", columns=("open", "high", "low", "close"), unit="ratio")
def vigor(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Relative Vigor Index of n bars, −1 to 1; 0 if the bars have no range.

    sum of w(close − open) / sum of w(high − low) over the last n bars, where
    w(x) = x + 2·x[1] + 2·x[2] + x[3]. The first n + 2 bars have none.
    """
    opens = row(argument(inputs, 0, 0), bars)
    highs = row(argument(inputs, 1, 0), bars)
    lows = row(argument(inputs, 2, 0), bars)
    closes = row(argument(inputs, 3, 0), bars)
    body, extent = np.zeros(bars), np.zeros(bars)
    for t in range(3, bars):
        body[t] = (closes[t] - opens[t]) + (closes[t - 3] - opens[t - 3])
        extent[t] = (highs[t] - lows[t]) + (highs[t - 3] - lows[t - 3])
        for i in (t - 1, t - 2):
            body[t] += 2.0 * (closes[i] - opens[i])
            extent[t] += 2.0 * (highs[i] - lows[i])
    moved, room = np.empty(bars), np.empty(bars)
    a, b = np.empty(bars), np.empty(bars)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        window_sum(body, 3, period, moved, a, b)
        window_sum(extent, 3, period, room, a, b)
        start = min(period + 2, bars)
        out[:start] = np.nan
        for t in range(start, bars):
            out[t] = moved[t] / room[t] if room[t] > 0.0 else 0.0
