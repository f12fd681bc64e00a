"""Moving averages.

Exponential ones start from the mean of their first n values, at the bar where
those are complete (TA-Lib's convention); an average of an average starts after
the inner one is warm.
"""

import numpy as np

from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.machine import LANES
from tradestream.indicators.memory import (
    argument,
    get_float,
    integers,
    keep,
    row,
    set_float,
    setting,
)
from tradestream.indicators.registry import SUM_SCALE, indicator
from tradestream.indicators.simd import (
    TILE,
    fma,
    fma8,
    load8,
    load_addresses,
    splat,
    store8,
    tile_in,
    tile_out,
)
from tradestream.indicators.windows import warm_from, window_sum


@indicator("ema", rows=1, unit="input")
def ema(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """Exponential average with weight 2 / (n + 1)."""
    smooth(bars, inputs, parameters, outputs, False)


@indicator("wilder", rows=1, unit="input")
def wilder(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """Wilder's average with weight 1 / n; of the true range it is the ATR."""
    smooth(bars, inputs, parameters, outputs, True)


@indicator("exact_sma", rows=1, unit="price")
def exact_sma(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Simple average from exact prefix sums; what `sma(close, n)` becomes.

    One correctly rounded division: equal windows give equal means.
    """
    for k in range(lanes):
        sums = integers(argument(inputs, 0, k), bars + 1)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        start = min(period - 1, bars)
        out[:start] = np.nan
        newer = sums[period:]
        warm = out[start:]
        for t in range(warm.shape[0]):
            warm[t] = float(newer[t] - sums[t]) / (SUM_SCALE * period)


@indicator("sma", rows=1, unit="input")
def sma(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:
    """Simple average of any row without holes."""
    a, b = np.empty(bars), np.empty(bars)
    for k in range(lanes):
        values = row(argument(inputs, 0, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        window_sum(values, warm_from(values), period, out, a, b)
        _divide(argument(outputs, 0, k), period, bars)


@inlined
def _divide(values: int, divisor: float, bars: int) -> None:
    """Divide the row at an address, eight bars at a time, by its reciprocal."""
    factor = 1.0 / divisor
    factors = splat(factor)
    whole = bars & ~(LANES - 1)
    for t in range(0, whole, LANES):
        store8(values + 8 * t, load8(values + 8 * t) * factors)
    for t in range(whole, bars):
        set_float(values, t, get_float(values, t) * factor)


@kernel
def smooth(
    bars: int, inputs: int, parameters: int, outputs: int, wilders: bool
) -> None:
    """Eight exponential averages in lockstep, of rows without holes."""
    state = np.empty(LANES)
    weight = np.empty(LANES)
    last = 0
    for k in range(LANES):
        period = int(setting(parameters, 0, k))
        weight[k] = 1.0 / period if wilders else 2.0 / (period + 1.0)
        last = max(last, _seed(bars, inputs, outputs, k, period))
    for k in range(LANES):
        state[k] = _alone(bars, inputs, outputs, k, weight[k], last)
    _together(bars, inputs, outputs, state.ctypes.data, weight.ctypes.data, last + 1)
    keep(state)
    keep(weight)


@inlined
def _seed(bars: int, inputs: int, outputs: int, k: int, period: int) -> int:
    """Write lane k up to its first value, the mean of `period`; return that bar."""
    values = row(argument(inputs, 0, k), bars)
    out = row(argument(outputs, 0, k), bars)
    first = warm_from(values)
    start = min(first + period - 1, bars)
    out[:start] = np.nan
    if start < bars:
        total = 0.0
        for t in range(first, start + 1):
            total += values[t]
        out[start] = total / period
    return start


@inlined
def _alone(
    bars: int, inputs: int, outputs: int, k: int, weight: float, last: int
) -> float:
    """Go on with lane k to bar `last`, where every lane has begun."""
    values = row(argument(inputs, 0, k), bars)
    out = row(argument(outputs, 0, k), bars)
    start = warm_from(out[: min(last + 1, bars)])
    state = out[start] if start < bars else 0.0
    for t in range(start + 1, min(last + 1, bars)):
        state = fma(weight, values[t] - state, state)
        out[t] = state
    return state


@kernel
def _together(
    bars: int, inputs: int, outputs: int, states: int, weights: int, first: int
) -> None:
    """Go on with all lanes from bar `first`, eight averages in one register."""
    source = load_addresses(inputs)
    target = load_addresses(outputs)
    state = load8(states)
    weight = load8(weights)
    old, new = np.empty(TILE * LANES), np.empty(TILE * LANES)
    shared = True
    for k in range(1, LANES):
        shared = shared and argument(inputs, 0, k) == argument(inputs, 0, 0)
    values = row(argument(inputs, 0, 0), bars)
    for t0 in range(first & ~(TILE - 1), bars, TILE):
        begin, stop = max(0, first - t0), min(TILE, bars - t0)
        if begin > 0:
            tile_in(target, t0, new.ctypes.data)
        if shared:
            for j in range(begin, stop):
                state = fma8(weight, splat(values[t0 + j]) - state, state)
                store8(new.ctypes.data + TILE * j, state)
        else:
            tile_in(source, t0, old.ctypes.data)
            for j in range(begin, stop):
                state = fma8(weight, load8(old.ctypes.data + TILE * j) - state, state)
                store8(new.ctypes.data + TILE * j, state)
        tile_out(new.ctypes.data, target, t0)
    keep(old)
    keep(new)
