"""Distances and ranges, measured by the ranges of other bars."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import rolling_maximum, warm_from

_PRICE_EPSILON = 1e-6
_EPSILON = 1e-9


@indicator("bar_range", columns=("high", "low"), parameters=0, unit="price")
def bar_range(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:  # noqa: ARG001
    """High − low."""
    for k in range(lanes):
        highs = row(argument(inputs, 0, k), bars)
        lows = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        for t in range(bars):
            out[t] = highs[t] - lows[t]


@indicator("mass_ratio", rows=2, parameters=0, unit="ratio")
def mass_ratio(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:  # noqa: ARG001
    """First row / second row; 1 where the second is not above 1e-6 ticks."""
    for k in range(lanes):
        a = row(argument(inputs, 0, k), bars)
        b = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        for t in range(bars):
            value = a[t] / b[t] if b[t] > _PRICE_EPSILON else 1.0
            out[t] = value if b[t] == b[t] else np.nan


@indicator("peak_over", rows=1, unit="ratio")
def peak_over(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Highest value of the row since it was last below the level a, by over 1e-9.

    The level itself on bars where the row is below it.
    """
    for k in range(lanes):
        values = row(argument(inputs, 0, k), bars)
        out = row(argument(outputs, 0, k), bars)
        level = setting(parameters, 0, k)
        first = warm_from(values)
        out[:first] = np.nan
        peak = level
        for t in range(first, bars):
            peak = values[t] if values[t] > peak else peak
            peak = level if values[t] < level - _EPSILON else peak
            out[t] = peak


@indicator("above_lowest", columns=("close",), rows=1, unit="ratio")
def above_lowest(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """(close − lowest of the last n closes) / row; 0 where the row is not above 1e-6.

    `close > lowest + m · row` is `above_lowest > m`.
    """
    _distance(bars, lanes, inputs, parameters, outputs, -1.0)


@indicator("below_highest", columns=("close",), rows=1, unit="ratio")
def below_highest(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """(highest of the last n closes − close) / row; 0 where the row is not above 1e-6.

    `close < highest − m · row` is `below_highest > m`.
    """
    _distance(bars, lanes, inputs, parameters, outputs, 1.0)


@kernel
def _distance(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int, sign: float
) -> None:
    a, b = np.empty(bars), np.empty(bars)
    closes = row(argument(inputs, 0, 0), bars)
    for k in range(lanes):
        unit = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        extreme = rolling_maximum(closes, 0, period, sign, a, b)
        start = min(max(period - 1, warm_from(unit)), bars)
        out[:start] = np.nan
        _divide(extreme, closes, unit, sign, start, out)


@kernel
def _divide(
    extreme: Floats, closes: Floats, unit: Floats, sign: float, start: int, out: Floats
) -> None:
    for t in range(start, closes.shape[0]):
        value = (extreme[t] - sign * closes[t]) / unit[t]
        out[t] = value if unit[t] > _PRICE_EPSILON else 0.0
