"""Distances and ranges, measured by the ranges of other bars."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import rolling_maximum, warm_from

_PRICE_EPSILON = 1e-6
_EPSILON = 1e-9
_BULGE_ENDS = 1.06


@indicator("mass_ratio", columns=("high", "low"), unit="ratio")
def mass_ratio(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """EMA(high − low, n) / EMA(EMA(high − low, n), n).

    1 where the second average is not above 1e-6 ticks. The first value is on bar
    2·n − 2, where the average of the average is warm.
    """
    highs = row(argument(inputs, 0, 0), bars)
    lows = row(argument(inputs, 1, 0), bars)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        n = int(setting(parameters, 0, k))
        weight = 2.0 / (n + 1.0)
        out[: min(2 * n - 2, bars)] = np.nan
        once, twice = 0.0, 0.0
        for t in range(bars):
            span = highs[t] - lows[t]
            if t < n - 1:
                once += span
                continue
            once = (once + span) / n if t == n - 1 else once + weight * (span - once)
            if t < 2 * n - 2:
                twice += once
                continue
            first = t == 2 * n - 2
            twice = (twice + once) / n if first else twice + weight * (once - twice)
            out[t] = once / twice if twice > _PRICE_EPSILON else 1.0


@indicator("bulge_peak", rows=1, parameters=0, unit="ratio")
def bulge_peak(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,  # noqa: ARG001
    outputs: int,
) -> None:
    """Highest value of the row since it was last below 1.06, by more than 1e-9.

    1.06 on bars where the row is below it.
    """
    for k in range(lanes):
        values = row(argument(inputs, 0, k), bars)
        out = row(argument(outputs, 0, k), bars)
        first = warm_from(values)
        out[:first] = np.nan
        peak = _BULGE_ENDS
        for t in range(first, bars):
            peak = values[t] if values[t] > peak else peak
            peak = _BULGE_ENDS if values[t] < _BULGE_ENDS - _EPSILON else peak
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
