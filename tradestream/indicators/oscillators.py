"""Relative strength: Wilder's averages of rises and of falls, against each other."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.machine import LANES
from tradestream.indicators.memory import argument, keep, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.simd import (
    TILE,
    choose,
    fma,
    fma8,
    load8,
    load_addresses,
    splat,
    store8,
    tile_in,
    tile_out,
)

_TICK = 1e-6
"""Rises and falls that add up to no more than this many ticks are nothing."""


@indicator("rsi", columns=("close",), unit="ratio")
def rsi(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """Wilder's relative strength index of the close, 0 to 100; 50 if nothing moved.

    100 · U / (U + D), with U and D the Wilder averages of rises and falls of the
    close against the one before; 50 where U + D is at most 1e-6 of a tick.
    """
    _strength(bars, inputs, parameters, outputs, 0.0, 50.0)


@indicator("cmo", columns=("close",), unit="ratio")
def cmo(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """Chande's momentum oscillator of the close, −100 to 100; 0 if nothing moved.

    100 · (U − D) / (U + D), with U and D the Wilder averages of rises and falls of
    the close against the one before; 0 where U + D is at most 1e-6 of a tick.
    """
    _strength(bars, inputs, parameters, outputs, -100.0, 0.0)


@kernel
def _strength(
    bars: int, inputs: int, parameters: int, outputs: int, fall: float, neutral: float
) -> None:
    """Write (100 · U + fall · D) / (U + D), eight lanes in lockstep."""
    gains, losses, weight = np.empty(LANES), np.empty(LANES), np.empty(LANES)
    closes = row(argument(inputs, 0, 0), bars)
    last = 0
    for k in range(LANES):
        last = max(last, int(setting(parameters, 0, k)))
    last = min(last, bars - 1)
    for k in range(LANES):
        period = int(setting(parameters, 0, k))
        weight[k] = 1.0 / period
        out = row(argument(outputs, 0, k), bars)
        gains[k], losses[k] = _begin(
            closes, out, period, weight[k], last, fall, neutral
        )
    target = load_addresses(outputs)
    gain, loss = load8(gains.ctypes.data), load8(losses.ctypes.data)
    share = load8(weight.ctypes.data)
    new = np.empty(TILE * LANES)
    for t0 in range((last + 1) & ~(TILE - 1), bars, TILE):
        begin = max(0, last + 1 - t0)
        if begin > 0:
            tile_in(target, t0, new.ctypes.data)
        for j in range(begin, min(TILE, bars - t0)):
            move = closes[t0 + j] - closes[t0 + j - 1]
            gain = fma8(share, (move if move > 0.0 else 0.0) - gain, gain)
            loss = fma8(share, (-move if move < 0.0 else 0.0) - loss, loss)
            both = gain + loss
            value = (gain * 100.0 + loss * fall) / both
            value = choose(both > _TICK, value, splat(neutral))
            store8(new.ctypes.data + TILE * j, value)
        tile_out(new.ctypes.data, target, t0)
    keep(gains)
    keep(losses)
    keep(weight)
    keep(new)


@kernel
def _begin(
    closes: Floats,
    out: Floats,
    period: int,
    weight: float,
    last: int,
    fall: float,
    neutral: float,
) -> tuple[float, float]:
    """Write one lane to bar `last`; return its averages of rises and falls there."""
    gain, loss = 0.0, 0.0
    out[: min(period, closes.shape[0])] = np.nan
    for t in range(1, last + 1):
        move = closes[t] - closes[t - 1]
        up = move if move > 0.0 else 0.0
        down = -move if move < 0.0 else 0.0
        if t <= period:
            gain += up
            loss += down
            if t == period:
                gain /= period
                loss /= period
        else:
            gain = fma(weight, up - gain, gain)
            loss = fma(weight, down - loss, loss)
        if t >= period:
            both = gain + loss
            value = (100.0 * gain + fall * loss) / both
            out[t] = value if both > _TICK else neutral
    return gain, loss
