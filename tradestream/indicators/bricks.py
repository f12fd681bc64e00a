"""Bricks and range bars: the close in steps of a fixed size, without time.

The size is a multiple of the mean true range of bars 1 to 60 (bar 0, the first
of the window, has none), so that it is known at bar 60 and never looks ahead.
Closes are counted in bricks from the close of bar 60: then v is the close, in
bricks, and every border of a brick a whole number.
"""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined
from tradestream.indicators.functions import floor8
from tradestream.indicators.machine import LANES
from tradestream.indicators.memory import argument, keep, row
from tradestream.indicators.registry import indicator
from tradestream.indicators.simd import (
    TILE,
    choose,
    load8,
    load_addresses,
    maximum,
    minimum,
    splat,
    store8,
    tile_out,
)

FIRST_BARS = 60
_NEAR = 1e-9
"""A brick is complete when less than this part of it is missing."""


@indicator("renko", columns=("close", "true_range"), unit="ratio")
def renko(
    bars: int,
    lanes: int,  # noqa: ARG001
    inputs: int,
    parameters: int,
    outputs: int,
) -> None:
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
    target = load_addresses(outputs)
    bricks = splat(1.0) / (load8(parameters) * unit)
    top, bottom, side = splat(0.0), splat(0.0), splat(np.nan)
    new = np.full(TILE * LANES, np.nan)
    for t0 in range(0, bars, TILE):
        first = max(t0, FIRST_BARS + 1) if unit > 0.0 else bars
        for t in range(first, min(t0 + TILE, bars)):
            v = bricks * (closes[t] - closes[FIRST_BARS])
            above = floor8(v - top + _NEAR)
            below = floor8(bottom - v + _NEAR)
            up, down = above > 0.5, below > 0.5
            lower = bottom - below
            top = choose(up, top + above, choose(down, lower + 1.0, top))
            bottom = choose(up, top - 1.0, choose(down, lower, bottom))
            side = choose(up, splat(1.0), choose(down, splat(-1.0), side))
            store8(new.ctypes.data + TILE * (t - t0), side)
        tile_out(new.ctypes.data, target, t0)
    keep(new)


@indicator("range_bars", columns=("close", "true_range"), unit="ratio")
def range_bars(
    bars: int,
    lanes: int,  # noqa: ARG001
    inputs: int,
    parameters: int,
    outputs: int,
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
    target = load_addresses(outputs)
    bricks = splat(1.0) / (load8(parameters) * unit)
    top, bottom, side = splat(0.0), splat(0.0), splat(np.nan)
    new = np.full(TILE * LANES, np.nan)
    for t0 in range(0, bars, TILE):
        first = max(t0, FIRST_BARS + 1) if unit > 0.0 else bars
        for t in range(first, min(t0 + TILE, bars)):
            v = bricks * (closes[t] - closes[FIRST_BARS])
            above = floor8(v - bottom + _NEAR)
            below = floor8(top - v + _NEAR)
            up, down = above > 0.5, below > 0.5
            higher = choose(down, top - below, maximum(top, v))
            lower = choose(down, v, minimum(bottom, v))
            top = choose(up, v, higher)
            bottom = choose(up, bottom + above, lower)
            side = choose(up, splat(1.0), choose(down, splat(-1.0), side))
            store8(new.ctypes.data + TILE * (t - t0), side)
        tile_out(new.ctypes.data, target, t0)
    keep(new)


@inlined
def _mean_range(ranges: Floats) -> float:
    """Return the mean true range of bars 1 to 60; 0 if there are fewer."""
    if ranges.shape[0] <= FIRST_BARS:
        return 0.0
    total = 0.0
    for t in range(1, FIRST_BARS + 1):
        total += ranges[t]
    return total / FIRST_BARS
