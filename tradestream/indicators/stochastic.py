"""Where a value stands in its own recent range."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.machine import LANES
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.simd import choose, load8, splat, store8
from tradestream.indicators.windows import rolling_maximum, warm_from

_SMALLEST_RANGE = 1e-6


@indicator("stochastic_k", columns=("high", "low", "close"), unit="ratio")
def stochastic_k(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Fast %K of n bars: 0 at the lowest low, 100 at the highest high.

    100 · (close − lowest) / (highest − lowest); 50 if the bars have no range.
    """
    a, b, c, d = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    for k in range(lanes):
        highs = row(argument(inputs, 0, k), bars)
        lows = row(argument(inputs, 1, k), bars)
        closes = row(argument(inputs, 2, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        top = rolling_maximum(highs, 0, period, 1.0, a, b)
        bottom = rolling_maximum(lows, 0, period, -1.0, c, d)
        start = min(period - 1, bars)
        _place(closes, top, bottom, 0.0, start, out)


@indicator("stochastic", rows=1, unit="ratio")
def stochastic(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Where a row stands between the lowest and highest of its last n values, in %.

    100 · (x − lowest) / (highest − lowest); 50 where highest − lowest is at most
    1e-6: below that a range is an error of arithmetic, not a range.
    """
    a, b, c, d = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    for k in range(lanes):
        values = row(argument(inputs, 0, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        first = warm_from(values)
        top = rolling_maximum(values, first, period, 1.0, a, b)
        bottom = rolling_maximum(values, first, period, -1.0, c, d)
        start = min(first + period - 1, bars)
        _place(values, top, bottom, _SMALLEST_RANGE, start, out)


@kernel
def _place(
    values: Floats,
    top: Floats,
    bottom: Floats,
    smallest: float,
    start: int,
    out: Floats,
) -> None:
    """Write where values stand between `top` and minus `bottom`, from bar `start`.

    Eight bars at a time; 50 where the range is no larger than `smallest`.
    """
    bars = values.shape[0]
    out[:start] = np.nan
    x, high, low = values.ctypes.data, top.ctypes.data, bottom.ctypes.data
    to, middle = out.ctypes.data, splat(50.0)
    whole = start + ((bars - start) & ~(LANES - 1))
    for t in range(start, whole, LANES):
        lowest = load8(low + 8 * t)
        extent = load8(high + 8 * t) + lowest
        place = (load8(x + 8 * t) + lowest) * 100.0 / extent
        store8(to + 8 * t, choose(extent > smallest, place, middle))
    for t in range(whole, bars):
        extent = top[t] + bottom[t]
        place = (values[t] + bottom[t]) * 100.0 / extent
        out[t] = place if extent > smallest else 50.0
