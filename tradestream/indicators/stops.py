"""Lines that follow the price and are crossed: trailing stop, parabolic SAR."""

import numpy as np

from tradestream.indicators.compiled import inlined, kernel
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
    minimum,
    splat,
    store8,
    tile_in,
    tile_out,
)
from tradestream.indicators.windows import warm_from

_TICK = 1e-6
"""Above the line means above by more than this many ticks."""


@indicator("trailing_line", columns=("close",), rows=1, unit="price")
def trailing_line(
    bars: int,
    lanes: int,  # noqa: ARG001
    inputs: int,
    parameters: int,
    outputs: int,
) -> None:
    """Ratcheting stop, a multiple m of a range (an ATR) away from the close.

    It begins at close − m·range on the first bar with a range. With L the line
    of the bar before, it is max(L, close − m·range) where this close and the one
    before are above L, close − m·range where only this one is,
    close + m·range where only the one before is, min(L, close + m·range) where
    neither is; above by more than 1e-6 of a tick.
    """
    last = 0
    for k in range(LANES):
        last = max(last, warm_from(row(argument(inputs, 1, k), bars)))
    last = min(last, bars - 1)
    lines = np.empty(LANES)
    for k in range(LANES):
        lines[k] = _line_alone(bars, inputs, parameters, outputs, k, last)
    _lines_together(bars, inputs, parameters, outputs, lines.ctypes.data, last + 1)
    keep(lines)


@kernel
def _line_alone(
    bars: int, inputs: int, parameters: int, outputs: int, k: int, last: int
) -> float:
    """Write the line of lane k up to bar `last`; return its value there."""
    closes = row(argument(inputs, 0, k), bars)
    ranges = row(argument(inputs, 1, k), bars)
    out = row(argument(outputs, 0, k), bars)
    multiple = setting(parameters, 0, k)
    start = warm_from(ranges)
    out[:start] = np.nan
    line = 0.0
    for t in range(start, last + 1):
        down = closes[t] - multiple * ranges[t]
        up = closes[t] + multiple * ranges[t]
        if t == start:
            line = down
        elif closes[t] - line > _TICK:
            line = max(line, down) if closes[t - 1] - line > _TICK else down
        else:
            line = up if closes[t - 1] - line > _TICK else min(line, up)
        out[t] = line
    return line


@kernel
def _lines_together(
    bars: int, inputs: int, parameters: int, outputs: int, lines: int, first: int
) -> None:
    """Go on with all lanes from bar `first`, eight lines in one register."""
    closes = row(argument(inputs, 0, 0), bars)
    ranges = load_addresses(inputs + 8 * LANES)
    target = load_addresses(outputs)
    line = load8(lines)
    multiple = load8(parameters)
    old, new = np.empty(TILE * LANES), np.empty(TILE * LANES)
    for t0 in range(first & ~(TILE - 1), bars, TILE):
        begin = max(0, first - t0)
        if begin > 0:
            tile_in(target, t0, new.ctypes.data)
        tile_in(ranges, t0, old.ctypes.data)
        for j in range(begin, min(TILE, bars - t0)):
            close = splat(closes[t0 + j])
            distance = multiple * load8(old.ctypes.data + TILE * j)
            down = close - distance
            up = close + distance
            was_above = (splat(closes[t0 + j - 1]) - line) > _TICK
            rising = choose(was_above, maximum(line, down), down)
            falling = choose(was_above, up, minimum(line, up))
            line = choose((close - line) > _TICK, rising, falling)
            store8(new.ctypes.data + TILE * j, line)
        tile_out(new.ctypes.data, target, t0)
    keep(old)
    keep(new)


@indicator("sar", columns=("high", "low"), parameters=3, unit="price")
def sar(
    bars: int,
    lanes: int,  # noqa: ARG001
    inputs: int,
    parameters: int,
    outputs: int,
) -> None:
    """Wilder's parabolic stop and reverse of (start, increment, maximum), as TA-Lib's.

    Start and increment are capped by the maximum. The second bar begins short if
    its low fell by more than its high rose, and fell at all; else long, with the
    low of the first bar as stop and its own high as extreme.

    On each bar while long: if low ≤ stop, turn short; the value is the highest of
    the extreme and the highs of this bar and the one before, the extreme is this
    low, the factor is start. Else the value is the stop, and a high above the
    extreme becomes the extreme and adds the increment to the factor. Then the
    stop moves by factor · (extreme − stop), but not beyond the lows (short: highs)
    of this bar and the one before. Short is the mirror image; the second bar has
    no bar before.
    """
    # A short is a long in mirrored prices, so that eight lanes go in lockstep
    # whatever side each is on.
    highs = row(argument(inputs, 0, 0), bars)
    lows = row(argument(inputs, 1, 0), bars)
    for k in range(LANES):
        row(argument(outputs, 0, k), bars)[0] = np.nan
    if bars < 2:
        return
    target = load_addresses(outputs)
    top = load8(parameters + 16 * LANES)
    start = minimum(load8(parameters), top)
    step = minimum(load8(parameters + 8 * LANES), top)
    side = splat(_first_side(highs[1] - highs[0], lows[0] - lows[1]))
    long = side > 0.0
    factor = start
    extreme = choose(long, splat(highs[1]), splat(-lows[1]))
    stop = choose(long, splat(lows[0]), splat(-highs[0]))
    new = np.empty(TILE * LANES)
    for t0 in range(0, bars, TILE):
        if t0 == 0:
            tile_in(target, 0, new.ctypes.data)
        for t in range(max(1, t0), min(t0 + TILE, bars)):
            before = t - 1 if t > 1 else 1
            long = side > 0.0
            high = choose(long, splat(highs[t]), splat(-lows[t]))
            low = choose(long, splat(lows[t]), splat(-highs[t]))
            last_high = choose(long, splat(highs[before]), splat(-lows[before]))
            last_low = choose(long, splat(lows[before]), splat(-highs[before]))
            hit = low <= stop
            turned = maximum(extreme, maximum(last_high, high))
            further = maximum(extreme, high)
            faster = choose(high > extreme, minimum(factor + step, top), factor)
            held = fma8(faster, further - stop, stop)
            held = minimum(held, minimum(last_low, low))
            reversed_ = fma8(start, low - turned, turned)
            reversed_ = maximum(reversed_, maximum(last_high, high))
            store8(new.ctypes.data + TILE * (t - t0), choose(hit, turned, stop) * side)
            sign = choose(hit, splat(-1.0), splat(1.0))
            stop = choose(hit, reversed_, held) * sign
            extreme = choose(hit, low, further) * sign
            factor = choose(hit, start, faster)
            side = side * sign
        tile_out(new.ctypes.data, target, t0)
    keep(new)


@inlined
def _first_side(rise: float, fall: float) -> float:
    """Return −1 if the second bar moved down more than up, else 1."""
    return -1.0 if fall > rise and fall > 0.0 else 1.0
