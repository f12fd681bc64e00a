"""How far the close has moved."""

import numpy as np

from tradestream.indicators.memory import argument, integers, row, setting
from tradestream.indicators.registry import SUM_SCALE, indicator


@indicator("momentum", columns=("close",), unit="price")
def momentum(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Change of the close over n bars, close − close[n]."""
    for k in range(lanes):
        closes = row(argument(inputs, 0, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        out[: min(period, bars)] = np.nan
        for t in range(period, bars):
            out[t] = closes[t] - closes[t - period]


@indicator("rate_of_change", columns=("close",), unit="ratio")
def rate_of_change(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Change of the close over n bars in percent, 100 · (close − close[n]) / close[n].

    The first n bars have none.
    """
    for k in range(lanes):
        closes = row(argument(inputs, 0, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        out[: min(period, bars)] = np.nan
        for t in range(period, bars):
            before = closes[t - period]
            out[t] = (closes[t] - before) * 100.0 / before


@indicator("dpo", columns=("close", "close_sums"), unit="price")
def dpo(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Detrended price oscillator, not centred: close − sma(close, n)[n // 2 + 1].

    The close now against the average of the n closes that ended n // 2 + 1 bars
    ago (n // 2 rounded down): it knows nothing of later bars.
    """
    for k in range(lanes):
        closes = row(argument(inputs, 0, k), bars)
        sums = integers(argument(inputs, 1, k), bars + 1)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        back = period // 2 + 1
        start = min(period - 1 + back, bars)
        out[:start] = np.nan
        for t in range(start, bars):
            total = sums[t + 1 - back] - sums[t + 1 - back - period]
            out[t] = closes[t] - float(total) / (SUM_SCALE * period)
