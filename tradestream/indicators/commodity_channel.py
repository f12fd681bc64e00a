"""The commodity channel index."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.machine import LANES
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.simd import load8, maximum, splat, store8
from tradestream.indicators.windows import window_sum


@indicator("cci", columns=("high", "low", "close"), unit="ratio")
def cci(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Commodity channel index of n bars; 0 if all typical prices are equal.

    (x − mean) / (0.015 · mean of |x[i] − mean|) over the last n bars, both means,
    with the typical price x = (high + low + close) / 3. Sums are of whole ticks.
    """
    highs = row(argument(inputs, 0, 0), bars)
    lows = row(argument(inputs, 1, 0), bars)
    closes = row(argument(inputs, 2, 0), bars)
    typical, total, spread = np.empty(bars), np.empty(bars), np.empty(bars)
    a, b = np.empty(bars), np.empty(bars)
    for t in range(bars):  # thirds of a tick from the first close
        typical[t] = highs[t] + lows[t] + closes[t] - 3.0 * closes[0]
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        window_sum(typical, 0, period, total, a, b)
        start = min(period - 1, bars)
        _deviations(typical, total, period, start, spread)
        out[:start] = np.nan
        for t in range(start, bars):
            offset = (typical[t] * period - total[t]) * period
            out[t] = offset / (0.015 * spread[t]) if spread[t] > 0.0 else 0.0


@kernel
def _deviations(
    values: Floats, total: Floats, period: int, start: int, out: Floats
) -> None:
    """Write the sum of |n · value − total| over the last n values from bar `start`.

    Eight bars at a time.
    """
    bars = values.shape[0]
    x, sums, to = values.ctypes.data, total.ctypes.data, out.ctypes.data
    times = float(period)
    whole = start + ((bars - start) & ~(LANES - 1))
    for t in range(start, whole, LANES):
        about, spread = load8(sums + 8 * t), splat(0.0)
        for back in range(period):
            offset = load8(x + 8 * (t - back)) * times - about
            spread = spread + maximum(offset, splat(0.0) - offset)
        store8(to + 8 * t, spread)
    for t in range(whole, bars):
        out[t] = 0.0
        for back in range(period):
            out[t] += abs(values[t - back] * times - total[t])
