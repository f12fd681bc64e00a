"""Lines that add up volume, seen from their own averages.

A line such as the on-balance volume grows without bound, and a difference of
two large numbers says little. So a line is never written down: its distance
from its own average follows from its increments alone, here called its flow.
"""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.machine import LANES
from tradestream.indicators.memory import argument, keep, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.simd import (
    TILE,
    load8,
    load_addresses,
    splat,
    store8,
    tile_in,
    tile_out,
)


@indicator("sum_over_sma", rows=1, unit="ratio")
def sum_over_sma(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """L − SMA(L, n), with L the running sum of the row from the first bar on.

    Of the last n − 1 values x of the row, x₀ the newest, this is the sum of
    (n − 1 − j) / n · x_j: it depends on them alone.
    """
    a, b, c, d = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    for k in range(lanes):
        flow = row(argument(inputs, 0, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        _ramp_sum(flow, period - 1, out, a, b, c, d)
        out[: min(period - 1, bars)] = np.nan
        for t in range(min(period - 1, bars), bars):
            out[t] /= period


@kernel
def _ramp_sum(
    values: Floats,
    width: int,
    out: Floats,
    a: Floats,
    b: Floats,
    c: Floats,
    d: Floats,
) -> None:
    """Write Σ (width − j) · values[t − j] over j < width, by doubling.

    Both the plain sum S and the ramp T of two neighbours of w bars make those of
    2·w: S + S', and T + T' + w·S with S of the newer.
    """
    bars = values.shape[0]
    start = min(width, bars)
    total = out[start:]
    plain, ramp, next_plain, next_ramp = a, b, c, d
    plain[:] = values
    ramp[:] = values
    total[:] = 0.0
    have, done = 1, 0
    while True:
        if width & have:
            first = start - done
            _add_ramp(total, ramp[first:], plain[first:], float(width - done - have))
            done += have
        if 2 * have > width or have >= bars:
            return
        _double(plain, ramp, have, next_plain[have:], next_ramp[have:])
        plain, next_plain = next_plain, plain
        ramp, next_ramp = next_ramp, ramp
        have *= 2


@kernel
def _add_ramp(total: Floats, ramp: Floats, plain: Floats, rest: float) -> None:
    """Add a ramp that stands on `rest`."""
    for t in range(total.shape[0]):
        total[t] += ramp[t] + rest * plain[t]


@kernel
def _double(
    plain: Floats, ramp: Floats, have: int, next_plain: Floats, next_ramp: Floats
) -> None:
    """Write sums and ramps of windows of twice as many bars."""
    new_plain, new_ramp, step = plain[have:], ramp[have:], float(have)
    for t in range(next_ramp.shape[0]):
        next_ramp[t] = new_ramp[t] + step * new_plain[t] + ramp[t]
    for t in range(next_plain.shape[0]):
        next_plain[t] = new_plain[t] + plain[t]


@indicator("sum_over_ema", rows=1, unit="ratio")
def sum_over_ema(
    bars: int,
    lanes: int,  # noqa: ARG001
    inputs: int,
    parameters: int,
    outputs: int,
) -> None:
    """L − EMA(L, n), with L the running sum of the row from the first bar on.

    Computed as D ← (1 − 2 / (n + 1)) · (D + row), starting on bar n − 1 from L minus
    the mean of the first n values of L.
    """
    states, weights = np.empty(LANES), np.empty(LANES)
    last = 0
    for k in range(LANES):
        last = max(last, int(setting(parameters, 0, k)) - 1)
    for k in range(LANES):
        period = int(setting(parameters, 0, k))
        weights[k] = 1.0 - 2.0 / (period + 1.0)
        flow = row(argument(inputs, 0, k), bars)
        out = row(argument(outputs, 0, k), bars)
        states[k] = _begin(flow, out, period, weights[k], last)
    source, target = load_addresses(inputs), load_addresses(outputs)
    state, weight = load8(states.ctypes.data), load8(weights.ctypes.data)
    old, new = np.empty(TILE * LANES), np.empty(TILE * LANES)
    shared = _is_shared(inputs)
    flow = row(argument(inputs, 0, 0), bars)
    for t0 in range((last + 1) & ~(TILE - 1), bars, TILE):
        begin, stop = max(0, last + 1 - t0), min(TILE, bars - t0)
        if begin > 0:
            tile_in(target, t0, new.ctypes.data)
        if shared:
            for j in range(begin, stop):
                state = weight * (state + splat(flow[t0 + j]))
                store8(new.ctypes.data + TILE * j, state)
        else:
            tile_in(source, t0, old.ctypes.data)
            for j in range(begin, stop):
                state = weight * (state + load8(old.ctypes.data + TILE * j))
                store8(new.ctypes.data + TILE * j, state)
        tile_out(new.ctypes.data, target, t0)
    keep(states)
    keep(weights)
    keep(old)
    keep(new)


@inlined
def _is_shared(inputs: int) -> bool:
    """Return whether all lanes read the same row."""
    shared = True
    for k in range(1, LANES):
        shared = shared and argument(inputs, 0, k) == argument(inputs, 0, 0)
    return shared


@kernel
def _begin(flow: Floats, out: Floats, period: int, weight: float, last: int) -> float:
    """Write one lane to bar `last`; return its value there."""
    bars = flow.shape[0]
    start = min(period - 1, bars)
    out[:start] = np.nan
    state = 0.0
    if start < bars:
        for t in range(1, start + 1):
            state += t * flow[t]
        state /= period
        out[start] = state
    for t in range(start + 1, min(last + 1, bars)):
        state = weight * (state + flow[t])
        out[t] = state
    return state
