"""Where in the price range the volume was traded."""

import numpy as np

from tradestream.indicators.memory import argument, row, setting
from tradestream.indicators.registry import indicator

_BINS = 24


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
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        n = int(setting(parameters, 0, k))
        out[: min(n - 1, bars)] = np.nan
        for t in range(n - 1, bars):
            weight, first = 0.0, 0.0
            for i in range(t - n + 1, t + 1):
                weight += volumes[i]
                first += volumes[i] * (closes[i] - closes[t])
            if weight == 0.0:
                out[t] = np.nan
                continue
            centre = np.rint(first / weight)
            first, second = 0.0, 0.0
            for i in range(t - n + 1, t + 1):
                distance = closes[i] - closes[t] - centre
                first += volumes[i] * distance
                second += volumes[i] * distance * distance
            mean = first / weight
            variance = second / weight - mean * mean
            value = -(centre + mean) / np.sqrt(variance)
            out[t] = value if second > 0.0 else 0.0


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
    filled = np.empty(_BINS)
    for k in range(lanes):
        out = row(argument(outputs, 0, k), bars)
        n = int(setting(parameters, 0, k))
        out[: min(n - 1, bars)] = np.nan
        for t in range(n - 1, bars):
            low, high = closes[t], closes[t]
            for i in range(t - n + 1, t):
                low = closes[i] if closes[i] < low else low
                high = closes[i] if closes[i] > high else high
            span = high - low if high > low else 1.0
            filled[:] = 0.0
            for i in range(t - n + 1, t + 1):
                place = int((closes[i] - low) * _BINS / span)
                filled[min(place, _BINS - 1)] += volumes[i]
            best = 0
            for b in range(1, _BINS):
                best = b if filled[b] > filled[best] else best
            value = low + (2 * best + 1) * (high - low) / (2 * _BINS)
            out[t] = value if filled[best] > 0.0 else np.nan
