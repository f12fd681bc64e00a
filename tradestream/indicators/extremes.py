"""Highest, lowest, and where the close stands between them."""

import numpy as np

from tradestream.indicators.compiled import kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import rolling_maximum, warm_from


@indicator("highest", rows=1, unit="input")
def highest(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Largest of the last n values."""
    _extreme(bars, lanes, inputs, parameters, outputs, 1.0)


@indicator("lowest", rows=1, unit="input")
def lowest(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Smallest of the last n values."""
    _extreme(bars, lanes, inputs, parameters, outputs, -1.0)


@kernel
def _extreme(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int, sign: float
) -> None:
    a, b = np.empty(bars), np.empty(bars)
    for k in range(lanes):
        values = row(argument(inputs, 0, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        first = warm_from(values)
        largest = rolling_maximum(values, first, period, sign, a, b)
        start = min(first + period - 1, bars)
        out[:start] = np.nan
        for t in range(start, bars):
            out[t] = largest[t] * sign


@indicator("williams_r", columns=("high", "low", "close"), unit="ratio")
def williams_r(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Williams %R of n bars: −100 at the lowest low, 0 at the highest high.

    −100 · (highest − close) / (highest − lowest); −50, its middle, if the bars
    have no range at all (TA-Lib says 0 there, which would read overbought).
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
        out[:start] = np.nan
        for t in range(start, bars):
            extent = top[t] + bottom[t]
            value = (top[t] - closes[t]) * -100.0 / extent
            out[t] = value if extent > 0.0 else -50.0


@indicator("midrange", columns=("high", "low"), unit="price")
def midrange(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Middle between the highest high and the lowest low of the last n bars.

    (highest high + lowest low) / 2.
    """
    a, b, c, d = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    for k in range(lanes):
        highs = row(argument(inputs, 0, k), bars)
        lows = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        top = rolling_maximum(highs, 0, period, 1.0, a, b)
        bottom = rolling_maximum(lows, 0, period, -1.0, c, d)
        start = min(period - 1, bars)
        out[:start] = np.nan
        for t in range(start, bars):
            out[t] = (top[t] - bottom[t]) * 0.5


@indicator("halfway", rows=2, parameters=0, unit="input")
def halfway(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """Mean of two rows, (a + b) / 2."""
    for k in range(lanes):
        a = row(argument(inputs, 0, k), bars)
        b = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        for t in range(bars):
            out[t] = (a[t] + b[t]) * 0.5


@indicator("pivot", columns=("high", "low", "close"), unit="price")
def pivot(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Floor traders' pivot of the last n bars as if they were one.

    (highest high + lowest low + last close) / 3.
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
        out[:start] = np.nan
        for t in range(start, bars):
            out[t] = (top[t] - bottom[t] + closes[t]) / 3.0


@indicator("swing_position", columns=("high", "low", "close"), unit="ratio")
def swing_position(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Place of the close in the swing of the n bars before it: 0 low, 1 high.

    (close − L) / (H − L), with H the highest high and L the lowest low of the n
    bars before this one; 0 if they have no range at all. Below 0 and above 1 the
    close has left the swing. A level at high − f · range is at 1 − f.
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
        start = min(period, bars)
        out[:start] = np.nan
        for t in range(start, bars):
            extent = top[t - 1] + bottom[t - 1]
            value = (closes[t] + bottom[t - 1]) / extent
            out[t] = value if extent > 0.0 else 0.0
