"""Jumps of the price from one close to the next."""

import numpy as np

from tradestream.indicators.memory import argument, row
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import warm_from

_TICK = 1e-6
"""A jump is above its limit by more than this many ticks."""


@indicator("jump", columns=("close",), rows=1, parameters=0, unit="price")
def jump(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """By how much the close rose beyond 1.5 times a range (an ATR).

    close − close of the bar before − 1.5 · range of the bar before.
    """
    for k in range(lanes):
        closes = row(argument(inputs, 0, k), bars)
        ranges = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        out[0] = np.nan
        for t in range(1, bars):
            out[t] = closes[t] - closes[t - 1] - 1.5 * ranges[t - 1]


@indicator("jump_base", columns=("close",), rows=1, parameters=0, unit="price")
def jump_base(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,  # noqa: ARG001
    outputs: int,
) -> None:
    """Level before the newest jump.

    The close of the bar before the newest bar, this one included, whose jump
    (the input row) is above 0 by more than 1e-6 of a tick. Not warm before the
    first jump.
    """
    for k in range(lanes):
        closes = row(argument(inputs, 0, k), bars)
        jumps = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        start = max(1, warm_from(jumps))
        base = np.nan
        out[: min(start, bars)] = np.nan
        for t in range(start, bars):
            if jumps[t] > _TICK:
                base = closes[t - 1]
            out[t] = base
