"""Gann's swings: legs that turn when the bars before are exceeded."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import rolling_maximum


@indicator("swing_high", columns=("high", "low"), unit="price")
def swing_high(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Top of the newest completed up leg.

    On each bar from bar n on (bar 0 is the first of the window), with H the
    highest high and L the lowest low of the n bars before it:

    While there is no leg: if high > H, an up leg begins with top = high; else if
    low < L, a down leg begins with bottom = low. In an up leg: top rises to high
    if that is higher; then, if low < L, the leg is complete, top is the swing
    high, and a down leg begins with bottom = low. In a down leg: bottom falls to
    low if that is lower; then, if high > H, the leg is complete, bottom is the
    swing low, and an up leg begins with top = high. So a leg turns at most once
    a bar. Not warm before the first up leg is complete.
    """
    _swings(bars, lanes, inputs, parameters, outputs, True)


@indicator("swing_low", columns=("high", "low"), unit="price")
def swing_low(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Bottom of the newest completed down leg; legs as in `swing_high`.

    Not warm before the first down leg is complete.
    """
    _swings(bars, lanes, inputs, parameters, outputs, False)


@kernel
def _swings(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int, tops: bool
) -> None:
    a, b, c, d = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    highs = row(argument(inputs, 0, 0), bars)
    lows = row(argument(inputs, 1, 0), bars)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        above = rolling_maximum(highs, 0, period, 1.0, a, b)
        below = rolling_maximum(lows, 0, period, -1.0, c, d)
        _legs(highs, lows, above, below, period, tops, out)


@kernel
def _legs(
    highs: Floats,
    lows: Floats,
    above: Floats,
    below: Floats,
    period: int,
    tops: bool,
    out: Floats,
) -> None:
    """Write the swing highs or lows; `above` and `−below` are H and L, a bar late."""
    bars = out.shape[0]
    out[: min(period, bars)] = np.nan
    side, top, bottom, swing = 0, 0.0, 0.0, np.nan
    for t in range(period, bars):
        high, low = highs[t], lows[t]
        over, under = high > above[t - 1], low < -below[t - 1]
        if side > 0:
            top = max(top, high)
            if under:
                swing = top if tops else swing
                side, bottom = -1, low
        elif side < 0:
            bottom = min(bottom, low)
            if over:
                swing = swing if tops else bottom
                side, top = 1, high
        elif over:
            side, top = 1, high
        elif under:
            side, bottom = -1, low
        out[t] = swing
