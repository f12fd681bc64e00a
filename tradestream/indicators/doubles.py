"""Double bottoms and double tops."""

from typing import Any

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import warm_from

_TICK = 1e-6
"""Two lows are further apart than their limit by more than this many ticks."""


@indicator("double_bottom", columns=("low", "close"), rows=1, unit="ratio")
def double_bottom(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """1 on a bar that completes a double bottom, else 0.

    Its input is a range R (an ATR), n a number of bars. Of the 2n bars before bar
    t, a is the bar of the lowest low of the older n (t − 2n to t − n − 1), b of
    the newer n (t − n to t − 1), in either case the earliest of equals. The
    neckline is the highest close of the bars between them, a + 1 to b − 1. The
    double bottom is complete on bar t if

    - they are apart: b − a ≥ n / 2;
    - they are level: |low(a) − low(b)| ≤ 0.5 · R(t), or more by at most 1e-6 tick;
    - the neckline breaks: close(t) > neckline, and close(t − 1) ≤ neckline.

    Warm from the first bar with 2n bars before it and a range.
    """
    _doubles(bars, lanes, inputs, parameters, outputs, 1.0, False)


@indicator("double_bottom_low", columns=("low", "close"), rows=1, unit="price")
def double_bottom_low(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Lower one of the two lows of the newest complete `double_bottom`.

    This bar's included; not warm before the first.
    """
    _doubles(bars, lanes, inputs, parameters, outputs, 1.0, True)


@indicator("double_top", columns=("high", "close"), rows=1, unit="ratio")
def double_top(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """1 on a bar that completes a double top, else 0: a mirrored `double_bottom`.

    a and b are the bars of the highest high of the older and the newer n bars, the
    earliest of equals; b − a ≥ n / 2; |high(a) − high(b)| ≤ 0.5 · R(t), or more by
    at most 1e-6 tick; the neckline is the lowest close of bars a + 1 to b − 1;
    close(t) < neckline, and close(t − 1) ≥ neckline.
    """
    _doubles(bars, lanes, inputs, parameters, outputs, -1.0, False)


@kernel
def _doubles(
    bars: int,
    lanes: int,
    inputs: int,
    parameters: int,
    outputs: int,
    sign: float,
    levels: bool,
) -> None:
    """Write marks, or the lower lows; prices times `sign` −1 make tops bottoms."""
    lows, closes = np.empty(bars), np.empty(bars)
    for t in range(bars):
        lows[t] = sign * row(argument(inputs, 0, 0), bars)[t]
        closes[t] = sign * row(argument(inputs, 1, 0), bars)[t]
    places = np.empty(bars, np.int64)
    for k in range(lanes):
        ranges = row(argument(inputs, 2, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        _lowest_places(lows, period, places)
        start = min(max(2 * period, warm_from(ranges)), bars)
        out[:start] = np.nan
        level = np.nan
        for t in range(start, bars):
            found = False
            if closes[t] > closes[t - 1]:
                found = _completes(lows, closes, ranges[t], places, period, t)
            if found:
                level = min(lows[places[t]], lows[places[t - period]])
            mark = 1.0 if found else 0.0
            out[t] = level if levels else mark


@kernel
def _lowest_places(lows: Floats, period: int, places: Any) -> None:
    """Write the earliest bar with the lowest low of the `period` bars before each."""
    place = -1
    for t in range(period, lows.shape[0]):
        if place < t - period:
            place = t - period
            for u in range(place + 1, t):
                if lows[u] < lows[place]:
                    place = u
        elif lows[t - 1] < lows[place]:
            place = t - 1
        places[t] = place


@kernel
def _completes(
    lows: Floats, closes: Floats, extent: float, places: Any, period: int, t: int
) -> bool:
    """Whether bar t, which closes higher than the one before, completes a pattern."""
    newer, older = places[t], places[t - period]
    if 2 * (newer - older) < period or closes[t] <= closes[older + 1]:
        return False
    if abs(lows[newer] - lows[older]) - 0.5 * extent > _TICK:
        return False
    neckline = closes[older + 1]
    for u in range(older + 2, newer):
        neckline = max(neckline, closes[u])
    return closes[t] > neckline >= closes[t - 1]  # type: ignore[no-any-return]
