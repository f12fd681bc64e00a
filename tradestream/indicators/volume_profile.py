"""Where in the price range the volume was traded."""

from typing import Any

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import rolling_maximum

_BINS = 24
_HALF = 20
"""Bits of the lower part of a volume: sums of both parts fit 64 bits longer."""

_WIDE = 128
"""Bars whose range bounds the sums of any shorter window."""

_LARGEST_EXACT = 2.0**62


@indicator("volume_position", columns=("close", "volume"), unit="ratio", holes=True)
def volume_position(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """(close − mean) / sigma of the last n closes, both weighted by volume.

    mean = Σ volume · close / Σ volume, sigma² = Σ volume · (close − mean)² / Σ volume.
    0 if all volume was traded at one close; NaN while none of the n bars has volume:
    not warm, so no rule on it is true.
    """
    closes = row(argument(inputs, 0, 0), bars)
    volumes = row(argument(inputs, 1, 0), bars)
    a, b, c, d = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    upper, lower = _moments(closes, volumes, True), _moments(closes, volumes, False)
    wide = 0
    highest, lowest = a, c
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        n = int(setting(parameters, 0, k))
        if wide != max(n, _WIDE):
            wide = max(n, _WIDE)
            highest = rolling_maximum(closes, 0, wide, 1.0, a, b)
            lowest = rolling_maximum(closes, 0, wide, -1.0, c, d)
        out[: min(n - 1, bars)] = np.nan
        fits = True
        for t in range(n - 1, bars):
            distance = np.int64(closes[t] - closes[0])
            weights, firsts, seconds = _about(upper, t, n, distance)
            more_weights, more_firsts, more_seconds = _about(lower, t, n, distance)
            weight = _joined(weights, more_weights)
            centre = np.rint(_joined(firsts, more_firsts) / weight)
            shift = np.int64(centre)
            seconds += shift * (shift * weights - 2 * firsts)
            more_seconds += shift * (shift * more_weights - 2 * more_firsts)
            firsts -= shift * weights
            more_firsts -= shift * more_weights
            mean = _joined(firsts, more_firsts) / weight
            square = _joined(seconds, more_seconds)
            value = -(centre + mean) / np.sqrt(square / weight - mean * mean)
            span = highest[t] + lowest[t]
            most = span * span * max(float(weights), float(more_weights))
            fits = fits and most < _LARGEST_EXACT
            value = value if square > 0.0 else 0.0
            value = value if most < _LARGEST_EXACT else np.inf
            out[t] = value if weight > 0.0 else np.nan
        if not fits:
            _position_in_each(closes, volumes, n, out)


@indicator("control_price", columns=("close", "volume"), unit="price", holes=True)
def control_price(
    bars: int, lanes: int, inputs: int, parameters: int, outputs: int
) -> None:
    """Point of control of the last n bars: the middle of the fullest of 24 bins.

    The bins divide the range from the lowest close L to the highest H of the n bars.
    The volume of a bar goes to bin ⌊24 · (close − L) / (H − L)⌋, the close H to the
    last, 23; the lowest of equally full bins b counts, its middle is
    L + (2·b + 1) · (H − L) / 48. If all closes are equal it is that close. NaN while
    none of the n bars has volume: not warm, so no rule on it is true.
    """
    closes = row(argument(inputs, 0, 0), bars)
    volumes = row(argument(inputs, 1, 0), bars)
    lots = np.empty(bars, np.int64)
    for t in range(bars):
        lots[t] = np.int64(volumes[t])
    a, b, c, d = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    filled, places = np.zeros(_BINS, np.int64), np.empty(bars, np.int64)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        n = int(setting(parameters, 0, k))
        out[: min(n - 1, bars)] = np.nan
        highest = rolling_maximum(closes, 0, n, 1.0, a, b)
        lowest = rolling_maximum(closes, 0, n, -1.0, c, d)
        low, high, best = 0.0, -1.0, 0
        for t in range(n - 1, bars):
            if -lowest[t] != low or highest[t] != high:
                low, high = -lowest[t], highest[t]
                _fill(closes, lots, t - n + 1, t + 1, low, high, places, filled)
                best = _fullest(filled)
            else:
                gone = _bin(closes[t - n], low, high)
                new = _bin(closes[t], low, high)
                filled[gone] -= lots[t - n]
                filled[new] += lots[t]
                if gone == best:
                    best = _fullest(filled)
                elif filled[new] > filled[best]:
                    best = new
                elif filled[new] == filled[best]:
                    best = min(best, new)
            value = low + (2 * best + 1) * (high - low) / (2 * _BINS)
            out[t] = value if filled[best] > 0 else np.nan


@inlined
def _bin(close: float, low: float, high: float) -> int:
    """Return the bin of a close: whole numbers and one division are exact."""
    span = high - low if high > low else 1.0
    return min(int((close - low) * _BINS / span), _BINS - 1)


@kernel
def _fill(
    closes: Floats,
    lots: Any,
    first: int,
    stop: int,
    low: float,
    high: float,
    places: Any,
    filled: Any,
) -> None:
    """Fill all bins anew."""
    for i in range(first, stop):
        places[i] = _bin(closes[i], low, high)
    filled[:] = 0
    for i in range(first, stop):
        filled[places[i]] += lots[i]


@kernel
def _fullest(filled: Any) -> int:
    """Return the fullest bin, the lowest of equals."""
    best = 0
    for b in range(1, _BINS):
        best = b if filled[b] > filled[best] else best
    return best


@inlined
def _joined(upper: int, lower: int) -> float:
    """Return a sum whose terms had been split into an upper and a lower part."""
    return float(upper) * float(1 << _HALF) + float(lower)


@kernel
def _moments(closes: Floats, volumes: Floats, upper: bool) -> tuple[Any, Any, Any]:
    """Return prefix sums of w, w·y, and w·y², y the distance from the first close.

    The weight w is the upper or the lower part of a volume. Sums may wrap: the
    difference of two is right where it fits 64 bits.
    """
    bars = closes.shape[0]
    weights, firsts = np.zeros(bars + 1, np.int64), np.zeros(bars + 1, np.int64)
    seconds = np.zeros(bars + 1, np.int64)
    for t in range(bars):
        lots = np.int64(volumes[t])
        part = lots >> _HALF if upper else lots & ((1 << _HALF) - 1)
        y = np.int64(closes[t] - closes[0])
        weights[t + 1] = weights[t] + part
        firsts[t + 1] = firsts[t] + part * y
        seconds[t + 1] = seconds[t] + part * y * y
    return weights, firsts, seconds


@inlined
def _about(
    sums: tuple[Any, Any, Any], t: int, n: int, distance: int
) -> tuple[int, int, int]:
    """Return the sums over the last n bars, distances taken from `distance`."""
    weight = sums[0][t + 1] - sums[0][t + 1 - n]
    first = sums[1][t + 1] - sums[1][t + 1 - n]
    second = sums[2][t + 1] - sums[2][t + 1 - n]
    second += distance * (distance * weight - 2 * first)
    return weight, first - distance * weight, second


@kernel
def _position_in_each(closes: Floats, volumes: Floats, n: int, out: Floats) -> None:
    """Do the same with floats where the sums may not fit."""
    for t in range(n - 1, closes.shape[0]):
        if out[t] != np.inf:
            continue
        weight, first = 0.0, 0.0
        for i in range(t - n + 1, t + 1):
            weight += volumes[i]
            first += volumes[i] * (closes[i] - closes[t])
        centre = np.rint(first / weight)
        first, second = 0.0, 0.0
        for i in range(t - n + 1, t + 1):
            distance = closes[i] - closes[t] - centre
            first += volumes[i] * distance
            second += volumes[i] * distance * distance
        mean = first / weight
        value = -(centre + mean) / np.sqrt(second / weight - mean * mean)
        out[t] = value if second > 0.0 else 0.0
