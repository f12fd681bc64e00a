"""A day of bars in every slot of the clock, traded or not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradestream.candles import Floats

DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class DayBars:
    """The bars of one UTC day, one row a slot of the market's own interval.

    Attributes:
        prices: Shape (slots, 4): open, high, low, close, in the quote currency.
        volumes: Shape (slots,), base currency.
        traded: Shape (slots,); where False the venue has no bar.
    """

    prices: Floats
    volumes: Floats
    traded: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.volumes)


@dataclass(frozen=True, slots=True)
class Increments:
    """What prices and volumes are multiples of, as decimals.

    Attributes:
        price_decimals: E.g. 2 for a price tick of 0.01.
        volume_decimals: E.g. 5 for a volume lot of 0.00001.
    """

    price_decimals: int
    volume_decimals: int

    def prices(self, values: Floats) -> Floats:
        """Return prices on ticks, at least one tick each."""
        tick = 10.0**-self.price_decimals
        return np.maximum(np.round(values, self.price_decimals), tick)

    def volumes(self, values: Floats) -> Floats:
        """Return volumes in whole lots, at least one lot each."""
        lot = 10.0**-self.volume_decimals
        return np.maximum(np.round(values, self.volume_decimals), lot)


def day_of_path(
    open_price: float,
    returns: Floats,
    volatilities: Floats,
    *,
    typical_volume: float,
    increments: Increments,
    random: np.random.Generator,
) -> DayBars:
    """Return the bars of a price path given by its minute returns.

    Extremes inside a minute are those of a Brownian bridge between its ends:
    the maximum is (a + b + √((b − a)² − 2σ²·ln U)) / 2 for U uniform in (0, 1].
    """
    ends = np.cumsum(returns)
    starts = np.concatenate(([0.0], ends[:-1]))
    uniform = 1.0 - random.random((2, len(returns)))
    reach = np.sqrt((ends - starts) ** 2 - 2 * volatilities**2 * np.log(uniform))
    top, bottom = (starts + ends + reach[0]) / 2, (starts + ends - reach[1]) / 2
    path = np.stack([starts, top, bottom, ends], axis=1)
    excitement = 0.5 + np.abs(returns) / volatilities
    volumes = (
        typical_volume * excitement * np.exp(0.6 * random.standard_normal(len(ends)))
    )
    return DayBars(
        increments.prices(open_price * np.exp(path)),
        increments.volumes(volumes),
        np.ones(len(ends), np.bool_),
    )
