"""The straight line through the last n closes, by least squares.

With y the closes, x = 0 … n − 1, and sums over the window, let

    N = (n·y_last − Σy)·n·(n + 1) − 6·P,  P = n·Σxy − Σx·Σy,  Q = n·Σy² − (Σy)².

Then the last close is N / (n²·(n + 1)) above the line, and n⁴·(n² − 1) times the
mean square of all n distances is n²·(n² − 1)·Q − 12·P².
"""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator

_LARGEST_EXACT = 2.0**31
_STRAIGHT = 1e-12


@indicator("regression_end", columns=("close",), unit="price")
def regression_end(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Value at the last bar of the least-squares line through the last n closes.

    From sums in 64-bit integers, with one division, while no close was further than
    2^31 / n ticks from the first one; from then on from floats in each window.
    """
    closes = row(argument(inputs, 0, 0), bars)
    sums, _, ramps = _prefix_sums(closes)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        n = int(setting(parameters, 0, k))
        out[: min(n - 1, bars)] = np.nan
        scale = float(n * n * (n + 1))
        stop = _exact_until(closes, _LARGEST_EXACT / n)
        for t in range(n - 1, stop):
            y = np.int64(closes[t] - closes[0])
            total = sums[t + 1] - sums[t + 1 - n]
            slope = _slope(sums, ramps, t, n)
            out[t] = (
                closes[t] - float((n * y - total) * n * (n + 1) - 6 * slope) / scale
            )
        _in_each(closes, n, max(stop, n - 1), out, False)


@indicator("regression_position", columns=("close",), unit="ratio")
def regression_position(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """(close − end of the line) / population sigma of the n distances from the line.

    The line is the least-squares line through the last n closes, its end the value
    at the last of them, sigma = √(Σ distance² / n). 0 where the closes lie on a
    line: where Σ distance² is not above 1e-12 of Σ (close − mean)².
    """
    closes = row(argument(inputs, 0, 0), bars)
    sums, squares, ramps = _prefix_sums(closes)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        n = int(setting(parameters, 0, k))
        out[: min(n - 1, bars)] = np.nan
        factor = np.sqrt((n - 1.0) / (n + 1.0))
        scale = float(n * n * (n * n - 1))
        stop = _exact_until(closes, _LARGEST_EXACT / n)
        for t in range(n - 1, stop):
            y = np.int64(closes[t] - closes[0])
            total = sums[t + 1] - sums[t + 1 - n]
            slope = _slope(sums, ramps, t, n)
            spread = n * (squares[t + 1] - squares[t + 1 - n]) - total * total
            offset = float((n * y - total) * n * (n + 1) - 6 * slope)
            whole = scale * float(spread)
            rest = whole - 12.0 * float(slope) * float(slope)
            value = factor * offset / np.sqrt(rest)
            out[t] = value if rest > _STRAIGHT * whole else 0.0
        _in_each(closes, n, max(stop, n - 1), out, True)


@inlined
def _slope(sums: Floats, ramps: Floats, t: int, n: int) -> int:
    """Return n·Σxy − Σx·Σy of the last n bars."""
    total = sums[t + 1] - sums[t + 1 - n]
    ramp = ramps[t + 1] - ramps[t + 1 - n] - (t + 1 - n) * total
    return n * ramp - (n * (n - 1) // 2) * total  # type: ignore[no-any-return]


@kernel
def _prefix_sums(closes: Floats) -> tuple[Floats, Floats, Floats]:
    """Return prefix sums of y, y², and t·y, y from the first close; they may wrap."""
    bars = closes.shape[0]
    sums, squares = np.zeros(bars + 1, np.int64), np.zeros(bars + 1, np.int64)
    ramps = np.zeros(bars + 1, np.int64)
    for t in range(bars):
        y = np.int64(closes[t] - closes[0])
        sums[t + 1] = sums[t] + y
        squares[t + 1] = squares[t] + y * y
        ramps[t + 1] = ramps[t] + t * y
    return sums, squares, ramps


@kernel
def _exact_until(closes: Floats, farthest: float) -> int:
    """Return the first bar whose close is further from the first one than that."""
    for t in range(closes.shape[0]):
        if abs(closes[t] - closes[0]) > farthest:
            return t
    return len(closes)


@kernel
def _in_each(
    closes: Floats, n: int, start: int, out: Floats, as_position: bool
) -> None:
    """Do the same with floats, from distances to the window's own last close."""
    middle = (n - 1) / 2.0
    squares = n * (n * n - 1) / 12.0
    for t in range(start, closes.shape[0]):
        total, tilt, spread = 0.0, 0.0, 0.0
        for i in range(n):
            y = closes[t - n + 1 + i] - closes[t]
            total += y
            tilt += (i - middle) * y
            spread += y * y
        end = total / n + tilt / squares * middle
        whole = spread - total * total / n
        rest = whole - tilt * tilt / squares
        value = -end / np.sqrt(rest / n) if rest > _STRAIGHT * whole else 0.0
        out[t] = value if as_position else closes[t] + end
