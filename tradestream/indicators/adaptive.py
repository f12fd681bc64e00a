"""Averages whose weight follows the market."""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import rolling_maximum, warm_from, window_sum


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
    lanes: int,
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
    for k in range(lanes):
        ratios = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        shortest, longest = setting(parameters, 0, k), setting(parameters, 1, k)
        start = min(int(longest) - 1, bars)
        out[:start] = np.nan
        if start == bars:
            continue
        line = 0.0
        for t in range(start + 1):
            line += closes[t] - closes[0]
        line = closes[0] + line / longest
        out[start] = line
        for t in range(start + 1, bars):
            if ratios[t] == ratios[t]:
                period = longest - ratios[t] * (longest - shortest)
                line += 2.0 / (period + 1.0) * (closes[t] - line)
            out[t] = line


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
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Ehlers' fractal adaptive average of the close.

    Of (D, s, f), D a `fractal_dimension`: it is the close on the first bar with D;
    on each later bar F(t) = F(t − 1) + w · (close − F(t − 1)), with
    w = exp(−4.6 · s · (D(t) − 1)), but at least f / 100.
    """
    closes = row(argument(inputs, 0, 0), bars)
    for k in range(lanes):
        dimensions = row(argument(inputs, 1, k), bars)
        out = row(argument(outputs, 0, k), bars)
        speed = -4.6 * setting(parameters, 0, k)
        least = 0.01 * setting(parameters, 1, k)
        start = warm_from(dimensions)
        out[: min(start, bars)] = np.nan
        line = 0.0
        for t in range(start, bars):
            weight = max(np.exp(speed * (dimensions[t] - 1.0)), least)
            line = closes[t] if t == start else line + weight * (closes[t] - line)
            out[t] = line
