"""Where in the price range the volume was traded."""

from typing import Any

import numpy as np

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator
from tradestream.indicators.windows import rolling_maximum

_BINS = 24
_RANKS = 32
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
        fits = _position(
            closes, upper, lower, n, highest[n - 1 :], lowest[n - 1 :], out[n - 1 :]
        )
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
        lots[t] = np.int64(volumes[t]) * _RANKS
    a, b, c, d = np.empty(bars), np.empty(bars), np.empty(bars), np.empty(bars)
    filled, places = np.empty(_BINS, np.int64), np.empty(bars, np.int64)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        n = int(setting(parameters, 0, k))
        out[: min(n - 1, bars)] = np.nan
        highest = rolling_maximum(closes, 0, n, 1.0, a, b)
        lowest = rolling_maximum(closes, 0, n, -1.0, c, d)
        low, high = 0.0, -1.0
        for t in range(n - 1, bars):
            if -lowest[t] != low or highest[t] != high:
                low, high = -lowest[t], highest[t]
                _fill(
                    closes[t - n + 1 : t + 1],
                    lots[t - n + 1 :],
                    low,
                    high,
                    places,
                    filled,
                )
            else:
                filled[_bin(closes[t - n], low, high)] -= lots[t - n]
                filled[_bin(closes[t], low, high)] += lots[t]
            most = filled[0]
            for j in range(1, _BINS):
                most = max(most, filled[j])
            best = _BINS - most % _RANKS
            value = low + (2 * best + 1) * (high - low) / (2 * _BINS)
            out[t] = value if most >= _RANKS else np.nan


@inlined
def _bin(close: float, low: float, high: float) -> int:
    """Return the bin of a close: whole numbers and one division are exact."""
    span = high - low if high > low else 1.0
    return min(int((close - low) * _BINS / span), _BINS - 1)


@kernel
def _fill(
    closes: Floats, lots: Any, low: float, high: float, places: Any, filled: Any
) -> None:
    """Fill all bins anew.

    A bin holds `_RANKS` times its volume plus its rank, higher for lower bins: so
    the largest one is the lowest of the fullest.
    """
    for i in range(closes.shape[0]):
        places[i] = _bin(closes[i], low, high)
    for b in range(_BINS):
        filled[b] = _BINS - b
    for i in range(closes.shape[0]):
        filled[places[i]] += lots[i]


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


@kernel
def _position(
    closes: Floats,
    upper: tuple[Any, Any, Any],
    lower: tuple[Any, Any, Any],
    n: int,
    highest: Floats,
    lowest: Floats,
    out: Floats,
) -> bool:
    """Write all positions of whole windows; inf, and False, where sums may not fit.

    Distances are taken from the tick that is nearest to the mean: no sum is much
    larger than the variance that it makes.
    """
    weights, firsts, seconds = upper
    more_weights, more_firsts, more_seconds = lower
    new_weights, new_firsts, new_seconds = weights[n:], firsts[n:], seconds[n:]
    new_more_weights, new_more_firsts = more_weights[n:], more_firsts[n:]
    new_more_seconds = more_seconds[n:]
    newest = closes[n - 1 :]
    missed = 0
    for t in range(out.shape[0]):
        y = np.int64(newest[t] - closes[0])
        weight, more = (
            new_weights[t] - weights[t],
            new_more_weights[t] - more_weights[t],
        )
        whole = _joined(weight, more)
        first = new_firsts[t] - firsts[t]
        more_first = new_more_firsts[t] - more_firsts[t]
        away = _joined(first - y * weight, more_first - y * more)
        shift = y + np.int64(np.rint(away / whole))
        second = new_seconds[t] - seconds[t] + shift * (shift * weight - 2 * first)
        more_second = new_more_seconds[t] - more_seconds[t]
        more_second += shift * (shift * more - 2 * more_first)
        mean = _joined(first - shift * weight, more_first - shift * more) / whole
        square = _joined(second, more_second)
        value = (float(y - shift) - mean) / np.sqrt(square / whole - mean * mean)
        value = value if square > 0.0 else 0.0
        span = highest[t] + lowest[t]
        large = span * span * float(max(weight, more)) >= _LARGEST_EXACT
        missed += 1 if large else 0
        value = np.inf if large else value
        out[t] = value if whole > 0.0 else np.nan
    return missed == 0


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
