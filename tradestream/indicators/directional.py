"""Directional movement."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined, kernel
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
    maximum,
    splat,
    store8,
    tile_in,
    tile_out,
)

_PLUS, _MINUS, _INDEX = 0, 1, 2
_TICK = 1e-6
"""A divisor of no more than this many ticks is nil."""


@indicator("plus_di", columns=("high", "low", "true_range"), unit="ratio")
def plus_di(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """Wilder's +DI of n: how much of the range was movement upwards, 0 to 100.

    100 · P / R, with P and R the Wilder averages of +DM and of the true range,
    both from the second bar on, seeded with n values; 0 where R is at most 1e-6 of
    a tick. With u = high − high[1] and d = low[1] − low, +DM is u where u > d and
    u > 0, else 0.
    """
    _directional(bars, inputs, parameters, outputs, _PLUS)


@indicator("minus_di", columns=("high", "low", "true_range"), unit="ratio")
def minus_di(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """Wilder's −DI of n: how much of the range was movement downwards, 0 to 100.

    100 · M / R, with M and R the Wilder averages of −DM and of the true range,
    both from the second bar on, seeded with n values; 0 where R is at most 1e-6 of
    a tick. With u = high − high[1] and d = low[1] − low, −DM is d where d > u and
    d > 0, else 0.
    """
    _directional(bars, inputs, parameters, outputs, _MINUS)


@indicator("dx", columns=("high", "low", "true_range"), unit="ratio")
def dx(bars: int, lanes: int, inputs: int, parameters: int, outputs: int) -> None:  # noqa: ARG001
    """Wilder's directional movement index of n, 0 to 100; its average is the ADX.

    100 · |P − M| / (P + M), with P and M the Wilder averages of +DM and −DM as in
    `plus_di` and `minus_di`; 0 where P + M is at most 1e-6 of a tick. The first n
    bars have none, so `wilder(dx(n), n)` begins with bar 2n − 1, counted from 0.
    """
    _directional(bars, inputs, parameters, outputs, _INDEX)


@kernel
def _directional(
    bars: int, inputs: int, parameters: int, outputs: int, kind: int
) -> None:
    """Write one of the three rows, eight lanes in lockstep."""
    plus, minus = np.zeros(bars), np.zeros(bars)
    ranges = row(argument(inputs, 2, 0), bars)
    _movements(
        row(argument(inputs, 0, 0), bars),
        row(argument(inputs, 1, 0), bars),
        plus,
        minus,
    )
    if kind == _MINUS:
        plus, minus = minus, plus
    last = 0
    for k in range(LANES):
        last = max(last, int(setting(parameters, 0, k)))
    last = min(last, bars - 1)
    states = np.empty((3, LANES))
    weights = np.empty(LANES)
    for k in range(LANES):
        period = int(setting(parameters, 0, k))
        weights[k] = 1.0 / period
        out = row(argument(outputs, 0, k), bars)
        states[0, k], states[1, k], states[2, k] = _begin(
            plus, minus, ranges, out, period, last, kind
        )
    target = load_addresses(outputs)
    weight, at = load8(weights.ctypes.data), states.ctypes.data
    ups, downs, widths = load8(at), load8(at + TILE), load8(at + 2 * TILE)
    new = np.empty(TILE * LANES)
    for t0 in range((last + 1) & ~(TILE - 1), bars, TILE):
        begin = max(0, last + 1 - t0)
        if begin > 0:
            tile_in(target, t0, new.ctypes.data)
        for j in range(begin, min(TILE, bars - t0)):
            ups = fma8(weight, plus[t0 + j] - ups, ups)
            if kind == _INDEX:
                downs = fma8(weight, minus[t0 + j] - downs, downs)
                both, part = ups + downs, maximum(ups - downs, downs - ups)
            else:
                widths = fma8(weight, ranges[t0 + j] - widths, widths)
                both, part = widths, ups
            value = choose(both > _TICK, (part * 100.0) / both, splat(0.0))
            store8(new.ctypes.data + TILE * j, value)
        tile_out(new.ctypes.data, target, t0)
    keep(weights)
    keep(states[0])
    keep(new)


@kernel
def _movements(highs: Floats, lows: Floats, plus: Floats, minus: Floats) -> None:
    """Write +DM and −DM of every bar but the first."""
    for t in range(1, highs.shape[0]):
        up = highs[t] - highs[t - 1]
        down = lows[t - 1] - lows[t]
        plus[t] = up if up > down and up > 0.0 else 0.0
        minus[t] = down if down > up and down > 0.0 else 0.0


@kernel
def _begin(
    plus: Floats,
    minus: Floats,
    ranges: Floats,
    out: Floats,
    period: int,
    last: int,
    kind: int,
) -> tuple[float, float, float]:
    """Write one lane to bar `last`; return its three averages there."""
    weight = 1.0 / period
    ups, downs, widths = 0.0, 0.0, 0.0
    out[: min(period, plus.shape[0])] = np.nan
    for t in range(1, last + 1):
        if t <= period:
            ups += plus[t]
            downs += minus[t]
            widths += ranges[t]
            if t == period:
                ups, downs, widths = ups / period, downs / period, widths / period
        else:
            ups = fma(weight, plus[t] - ups, ups)
            downs = fma(weight, minus[t] - downs, downs)
            widths = fma(weight, ranges[t] - widths, widths)
        if t >= period:
            out[t] = _value(ups, downs, widths, kind)
    return ups, downs, widths


@inlined
def _value(ups: float, downs: float, widths: float, kind: int) -> float:
    both = ups + downs if kind == _INDEX else widths
    part = abs(ups - downs) if kind == _INDEX else ups
    return 100.0 * part / both if both > _TICK else 0.0
