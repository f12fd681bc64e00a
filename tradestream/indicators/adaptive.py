"""Averages whose weight follows the market."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.functions import exp8
from tradestream.indicators.machine import LANES
from tradestream.indicators.memory import argument, keep, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.simd import (
    TILE,
    choose,
    fma8,
    load8,
    load_addresses,
    maximum,
    splat,
    store8,
    tile_in,
    tile_out,
)
from tradestream.indicators.windows import rolling_maximum, window_sum


@indicator("efficiency", columns=("close",), unit="ratio")
def efficiency(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Kaufman's efficiency ratio of n bars, 0 to 1; 0 if nothing moved.

    |close − close of n bars ago| / sum of |close − close of the bar before| over
    the last n bars. Warm from bar n on (bar 0 is the first of the window).
    """
    closes = row(argument(inputs, 0, 0), bars)
    moves, total, a, b = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    moves[0] = np.nan
    for t in range(1, bars):
        moves[t] = abs(closes[t] - closes[t - 1])
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        window_sum(moves, 1, period, total, a, b)
        out[: min(period, bars)] = np.nan
        for t in range(period, bars):
            value = abs(closes[t] - closes[t - period]) / total[t]
            out[t] = value if total[t] > 0.0 else 0.0


@indicator("variable_ema", columns=("close",), rows=1, parameters=2, unit="price")
def variable_ema(
    bars: int,
    lanes: int,  # noqa: ARG001
    inputs: int,
    parameters: int,
    outputs: int,
) -> None:
    """Exponential average of the close whose period an efficiency E moves.

    Of (E, shortest, longest): it starts from the mean of the first `longest`
    closes, on the bar of the last of them. On each later bar with E warm
    V(t) = V(t − 1) + 2 / (P + 1) · (close − V(t − 1)), with
    P = longest − E · (longest − shortest); on a later bar without, V stays.
    """
    closes = row(argument(inputs, 0, 0), bars)
    source = load_addresses(inputs + 8 * LANES)
    target = load_addresses(outputs)
    seeds, starts = np.empty(LANES), np.empty(LANES)
    for k in range(LANES):
        longest = int(setting(parameters, 1, k))
        seeds[k], starts[k] = _mean_of_first(closes, longest), longest - 1.0
    line, start = load8(seeds.ctypes.data), load8(starts.ctypes.data)
    longest = load8(parameters + 8 * LANES)
    slack = longest - load8(parameters)
    old, new = np.empty(TILE * LANES), np.empty(TILE * LANES)
    for t0 in range(0, bars, TILE):
        tile_in(source, t0, old.ctypes.data)
        for j in range(min(TILE, bars - t0)):
            bar = splat(float(t0 + j))
            ratio = load8(old.ctypes.data + TILE * j)
            weight = splat(2.0) / (longest - ratio * slack + 1.0)
            weight = choose(ratio > -1.0, weight, splat(0.0))
            weight = choose(bar > start, weight, splat(0.0))
            line = fma8(weight, splat(closes[t0 + j]) - line, line)
            shown = choose(bar > start - 0.5, line, splat(np.nan))
            store8(new.ctypes.data + TILE * j, shown)
        tile_out(new.ctypes.data, target, t0)
    keep(seeds)
    keep(starts)
    keep(old)
    keep(new)


@kernel
def _mean_of_first(closes: Floats, period: int) -> float:
    """Return the mean of the first closes; of all if there are fewer."""
    total, count = 0.0, min(period, closes.shape[0])
    for t in range(count):
        total += closes[t] - closes[0]
    return closes[0] + total / count  # type: ignore[no-any-return]


@indicator("fractal_dimension", columns=("high", "low"), unit="ratio")
def fractal_dimension(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Fractal dimension of the last 2n bars, about 1 (straight) to 2 (rough).

    D = 1 + log2((R1 + R2) / R), with R1 the range (highest high − lowest low) of
    the newest n bars, R2 of the n bars before those, R of all 2n; 2 if R is 0.
    1 where R1 + R2 is less than R.
    """
    a, b, c, d = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    half = np.empty(bars)
    for k in range(lanes):
        highs = row(argument(inputs, 0, k), bars)
        lows = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        _ranges(highs, lows, period, half, a, b, c, d)
        top = rolling_maximum(highs, 0, 2 * period, 1.0, a, b)
        bottom = rolling_maximum(lows, 0, 2 * period, -1.0, c, d)
        start = min(2 * period - 1, bars)
        out[:start] = np.nan
        for t in range(start, bars):
            whole = top[t] + bottom[t]
            halves = half[t] + half[t - period]
            value = 1.0 + np.log2(halves / whole) if halves > whole else 1.0
            out[t] = value if whole > 0.0 else 2.0


@kernel
def _ranges(
    highs: Floats,
    lows: Floats,
    period: int,
    out: Floats,
    a: Floats,
    b: Floats,
    c: Floats,
    d: Floats,
) -> None:
    top = rolling_maximum(highs, 0, period, 1.0, a, b)
    bottom = rolling_maximum(lows, 0, period, -1.0, c, d)
    for t in range(out.shape[0]):
        out[t] = top[t] + bottom[t]


@indicator("fractal_average", columns=("close",), rows=1, parameters=2, unit="price")
def fractal_average(
    bars: int,
    lanes: int,  # noqa: ARG001
    inputs: int,
    parameters: int,
    outputs: int,
) -> None:
    """Ehlers' fractal adaptive average of the close.

    Of (D, s, f), D a `fractal_dimension`: it is the close on the first bar with D;
    on each later bar F(t) = F(t − 1) + w · (close − F(t − 1)), with
    w = exp(−4.6 · s · (D(t) − 1)), but at least f / 100.
    """
    closes = row(argument(inputs, 0, 0), bars)
    source = load_addresses(inputs + 8 * LANES)
    target = load_addresses(outputs)
    speed = load8(parameters) * -4.6
    least = load8(parameters + 8 * LANES) * 0.01
    line = splat(0.0)
    begun = line > 0.0
    old, new = np.empty(TILE * LANES), np.empty(TILE * LANES)
    for t0 in range(0, bars, TILE):
        tile_in(source, t0, old.ctypes.data)
        stop = min(TILE, bars - t0)
        for j in range(stop):  # weights do not wait for each other
            power = (load8(old.ctypes.data + TILE * j) - 1.0) * speed
            store8(new.ctypes.data + TILE * j, maximum(exp8(power), least))
        for j in range(stop):
            warm = load8(old.ctypes.data + TILE * j) > 0.0
            weight = load8(new.ctypes.data + TILE * j)
            close = splat(closes[t0 + j])
            moved = choose(begun, fma8(weight, close - line, line), close)
            line = choose(warm, moved, line)
            begun = warm
            store8(new.ctypes.data + TILE * j, choose(warm, line, splat(np.nan)))
        tile_out(new.ctypes.data, target, t0)
    keep(old)
    keep(new)
