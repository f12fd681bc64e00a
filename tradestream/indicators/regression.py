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

_FARTHEST = 2.0**24
_STRAIGHT = 1e-12


@indicator("regression_end", columns=("close",), unit="price")
def regression_end(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Value at the last bar of the least-squares line through the last n closes.

    From sums in 64-bit integers, with one division.
    """
    closes = row(argument(inputs, 0, 0), bars)
    sums, _, ramps = _prefix_sums(closes)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        n = int(setting(parameters, 0, k))
        out[: min(n - 1, bars)] = np.nan
        scale = float(n * n * (n + 1))
        for t in range(n - 1, bars):
            y = np.int64(closes[t] - closes[0])
            total = sums[t + 1] - sums[t + 1 - n]
            slope = _slope(sums, ramps, t, n)
            out[t] = (
                closes[t] - float((n * y - total) * n * (n + 1) - 6 * slope) / scale
            )


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
        for t in range(n - 1, bars):
            y = np.int64(closes[t] - closes[0])
            total = sums[t + 1] - sums[t + 1 - n]
            slope = _slope(sums, ramps, t, n)
            spread = n * (squares[t + 1] - squares[t + 1 - n]) - total * total
            offset = float((n * y - total) * n * (n + 1) - 6 * slope)
            whole = scale * float(spread)
            rest = whole - 12.0 * float(slope) * float(slope)
            value = factor * offset / np.sqrt(rest)
            out[t] = value if rest > _STRAIGHT * whole else 0.0


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
