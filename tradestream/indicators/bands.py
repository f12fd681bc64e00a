"""Bollinger's bands, as the distance of the close from its mean in sigmas.

`close < mean − m·sigma` is `band_position < −m`: one row serves every m.
"""

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator

_LARGEST_EXACT = 2.0**31
_NO_SIGMA = 1e-6


@indicator("band_position", columns=("close",), unit="ratio")
def band_position(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """(close − mean) / population sigma of the last n closes; 0 if all are equal.

    Sums are exact in 64-bit integers while no close was further than 2^31 / n
    ticks from the first one; from then on they are taken anew in each window.
    """
    closes = row(argument(inputs, 0, 0), bars)
    sums, squares = np.zeros(bars + 1, np.int64), np.zeros(bars + 1, np.int64)
    for t in range(bars):
        distance = np.int64(closes[t] - closes[0])
        sums[t + 1] = sums[t] + distance
        squares[t + 1] = squares[t] + distance * distance
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        start = min(period - 1, bars)
        stop = _exact_until(closes, _LARGEST_EXACT / period)
        out[:start] = np.nan
        for t in range(start, stop):
            total = sums[t + 1] - sums[t + 1 - period]
            spread = period * (squares[t + 1] - squares[t + 1 - period]) - total * total
            offset = period * np.int64(closes[t] - closes[0]) - total
            value = float(offset) / np.sqrt(float(spread))
            out[t] = value if spread > 0 else 0.0
        _position_in_each(closes, period, max(start, stop), out)


@kernel
def _exact_until(closes: Floats, farthest: float) -> int:
    """Return the first bar whose close is further from the first one than that."""
    for t in range(closes.shape[0]):
        if abs(closes[t] - closes[0]) > farthest:
            return t
    return len(closes)


@kernel
def _position_in_each(closes: Floats, period: int, start: int, out: Floats) -> None:
    """Do the same with floats, from distances to the window's own last close."""
    for t in range(start, closes.shape[0]):
        total, square = 0.0, 0.0
        for i in range(t - period + 1, t + 1):
            distance = closes[i] - closes[t]
            total += distance
            square += distance * distance
        spread = period * square - total * total
        out[t] = -total / np.sqrt(spread) if spread > 0.0 else 0.0


@indicator("in_sigmas", rows=1, unit="ratio", holes=True)
def in_sigmas(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Row / population sigma of its last n values; 0 where sigma is not above 1e-6.

    Where one of the n values is missing (a VWAP without volume) it is NaN: not warm,
    so no rule on it is true.
    """
    means, squares = np.empty(bars), np.empty(bars)
    a, b, c, d = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    for k in range(lanes):
        values = row(argument(inputs, 0, k), bars)
        out = row(argument(outputs, 0, k), bars)
        period = int(setting(parameters, 0, k))
        _window_spread(values, period, means, squares, a, b, c, d)
        out[: min(period - 1, bars)] = np.nan
        for t in range(period - 1, bars):
            sigma = np.sqrt(squares[t] / period)
            value = values[t] / sigma
            out[t] = 0.0 if sigma <= _NO_SIGMA else value


@kernel
def _window_spread(
    values: Floats,
    period: int,
    totals: Floats,
    squares: Floats,
    a: Floats,
    b: Floats,
    c: Floats,
    d: Floats,
) -> None:
    """Write sums, and squared distances from the mean, of the last `period` values.

    By doubling, as `window_sum` does. The squares Q of two neighbours of m and n
    bars make Q + Q' + (mean − mean')² · m · n / (m + n) of both: nothing is
    subtracted from anything larger than itself. Bars before the first whole window
    are not written, and a NaN spoils no window that it is not in.
    """
    bars = values.shape[0]
    start = min(period - 1, bars)
    total, square = totals[start:], squares[start:]
    sums, next_sums, spread, next_spread = a, b, c, d
    sums[:] = values
    spread[:] = 0.0
    have, done = 1, 0
    while True:
        if period & have:
            older, more = sums[start - done :], spread[start - done :]
            if done == 0:
                total[:] = older
                square[:] = more
            else:
                _join(total, square, older, more, 1.0 / done, 1.0 / have)
            done += have
        if 2 * have > period or have >= bars:
            return
        _double(sums, spread, have, next_sums[have:], next_spread[have:])
        sums, next_sums = next_sums, sums
        spread, next_spread = next_spread, spread
        have *= 2


@kernel
def _join(
    total: Floats,
    square: Floats,
    older: Floats,
    more: Floats,
    per_new: float,
    per_old: float,
) -> None:
    """Add older neighbours to windows, given one over the bars of each."""
    weight = 1.0 / (per_new + per_old)
    for t in range(total.shape[0]):
        gap = total[t] * per_new - older[t] * per_old
        square[t] = square[t] + more[t] + gap * gap * weight
    for t in range(total.shape[0]):
        total[t] += older[t]


@kernel
def _double(
    sums: Floats, spread: Floats, have: int, next_sums: Floats, next_spread: Floats
) -> None:
    """Write windows of twice as many bars."""
    share = 0.5 / have
    newer, more = sums[have:], spread[have:]
    for t in range(next_sums.shape[0]):
        gap = newer[t] - sums[t]
        next_spread[t] = more[t] + spread[t] + gap * gap * share
    for t in range(next_sums.shape[0]):
        next_sums[t] = newer[t] + sums[t]
