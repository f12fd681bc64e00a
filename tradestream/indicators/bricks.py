"""Bricks and range bars: the close in steps of a fixed size, without time.

The size is a multiple of the mean true range of bars 1 to 60 (bar 0, the first
of the window, has none), so that it is known at bar 60 and never looks ahead.
Closes are counted in bricks from the close of bar 60: then v is the close, in
bricks, and every border of a brick a whole number.
"""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator

FIRST_BARS = 60
_NEAR = 1e-9
"""A brick is complete when less than this part of it is missing."""


@indicator("renko", columns=("close", "true_range"), unit="ratio")
def renko(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Direction of the newest Renko brick of m mean true ranges: 1 up, −1 down.

    Bar 0 is the first of the window. With R the mean of `true_range` over bars 1
    to 60, v = (close − close of bar 60) / (m · R), for bars after bar 60. At
    first top = bottom = 0. On each bar: with n = ⌊v − top + 1e-9⌋, if n ≥ 1, n
    bricks up: top rises by n, bottom = top − 1. Else with n = ⌊bottom − v + 1e-9⌋,
    if n ≥ 1, n bricks down: bottom falls by n, top = bottom + 1. So a turn takes
    the height of two bricks. Not warm before the first brick, nor ever if R is 0.
    """
    closes = row(argument(inputs, 0, 0), bars)
    unit = _mean_range(row(argument(inputs, 1, 0), bars))
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        size = setting(parameters, 0, k) * unit
        _renko_alone(closes, size, out)


@kernel
def _renko_alone(closes: Floats, size: float, out: Floats) -> None:
    bars = closes.shape[0]
    out[: min(FIRST_BARS + 1, bars)] = np.nan
    top, bottom, side = 0.0, 0.0, np.nan
    for t in range(FIRST_BARS + 1, bars):
        v = (closes[t] - closes[FIRST_BARS]) / size
        above, below = np.floor(v - top + _NEAR), np.floor(bottom - v + _NEAR)
        if size > 0.0:
            if above >= 1.0:
                top += above
                bottom = top - 1.0
                side = 1.0
            elif below >= 1.0:
                bottom -= below
                top = bottom + 1.0
                side = -1.0
        out[t] = side


@indicator("range_bars", columns=("close", "true_range"), unit="ratio")
def range_bars(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Direction of the newest range bar of m mean true ranges: 1 up, −1 down.

    A range bar ends when it spans its size; the next one begins there. Bar 0 is
    the first of the window. With R the mean of `true_range` over bars 1 to 60,
    v = (close − close of bar 60) / (m · R), for bars after bar 60. At first
    high = low = 0. On each bar: with n = ⌊v − low + 1e-9⌋, if n ≥ 1, n range
    bars close up: low rises by n, high = v. Else with n = ⌊high − v + 1e-9⌋, if
    n ≥ 1, n close down: high falls by n, low = v. Else high and low take in v. So
    a turn takes one size, back from the extreme. Not warm before the first range
    bar is complete, nor ever if R is 0.
    """
    closes = row(argument(inputs, 0, 0), bars)
    unit = _mean_range(row(argument(inputs, 1, 0), bars))
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        size = setting(parameters, 0, k) * unit
        _range_bars_alone(closes, size, out)


@kernel
def _range_bars_alone(closes: Floats, size: float, out: Floats) -> None:
    bars = closes.shape[0]
    out[: min(FIRST_BARS + 1, bars)] = np.nan
    high, low, side = 0.0, 0.0, np.nan
    for t in range(FIRST_BARS + 1, bars):
        v = (closes[t] - closes[FIRST_BARS]) / size
        above, below = np.floor(v - low + _NEAR), np.floor(high - v + _NEAR)
        if size > 0.0:
            if above >= 1.0:
                low += above
                high = v
                side = 1.0
            elif below >= 1.0:
                high -= below
                low = v
                side = -1.0
            else:
                high, low = max(high, v), min(low, v)
        out[t] = side


@inlined
def _mean_range(ranges: Floats) -> float:
    """Return the mean true range of bars 1 to 60; 0 if there are fewer."""
    if ranges.shape[0] <= FIRST_BARS:
        return 0.0
    total = 0.0
    for t in range(1, FIRST_BARS + 1):
        total += ranges[t]
    return total / FIRST_BARS
