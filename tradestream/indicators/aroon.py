"""How long ago the extremes were."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator


@indicator("aroon_oscillator", columns=("high", "low"), unit="ratio")
def aroon_oscillator(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """AroonUp − AroonDown of n, −100 to 100.

    AroonUp = 100 · (n − bars since the highest high of the last n + 1 bars) / n,
    AroonDown the same of the lowest low; of equal extremes the newest counts.
    The first n bars have none.
    """
    for k in range(lanes):
        highs = row(argument(inputs, 0, k), bars)
        lows = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        _oscillator(highs, lows, int(setting(parameters, 0, k)), out)


@kernel
def _oscillator(highs: Floats, lows: Floats, period: int, out: Floats) -> None:
    bars = highs.shape[0]
    out[: min(period, bars)] = np.nan
    top = bottom = 0
    for t in range(bars):
        oldest = max(t - period, 0)
        if top < oldest:
            top = oldest
            for i in range(oldest + 1, t + 1):
                top = i if highs[i] >= highs[top] else top
        elif highs[t] >= highs[top]:
            top = t
        if bottom < oldest:
            bottom = oldest
            for i in range(oldest + 1, t + 1):
                bottom = i if lows[i] <= lows[bottom] else bottom
        elif lows[t] <= lows[bottom]:
            bottom = t
        if t >= period:
            out[t] = 100.0 * (top - bottom) / period
