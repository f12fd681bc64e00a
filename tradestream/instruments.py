"""What a symbol's prices and volumes are multiples of.

The backtest engine works on integer ticks, so that sums which decide a trade
are exact. A venue publishes its increments; a file does not, so they are
inferred from the decimals that its numbers use.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAX_DECIMALS = 10
"""NUMERIC(20,10) keeps ten decimals of a price; more are noise of a float."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """The increments of one symbol.

    Attributes:
        symbol: Trading pair, base first, e.g. `BTC-USD`.
        price_tick: Smallest price step in the quote currency, e.g. 0.01.
        volume_lot: Smallest volume step in the base currency, e.g. 1e-8.
    """

    symbol: str
    price_tick: float
    volume_lot: float


def infer_increment(values: NDArray[np.float64]) -> float:
    """Return the largest power of ten, at most 1, that divides all `values`.

    Args:
        values: Finite numbers, any shape; float noise below 1e-10 is ignored.

    Returns:
        10**-d for the smallest d in 0..10 whose decimals hold every value.
    """
    for decimals in range(MAX_DECIMALS):
        scaled = values * 10.0**decimals
        tolerance = np.maximum(1e-6, np.abs(scaled) * 1e-12)
        whole = np.rint(scaled)
        # A small price must not vanish into the tolerance.
        seen = (whole != 0) | (np.abs(values) < 10.0**-MAX_DECIMALS / 2)
        if bool(np.all(seen & (np.abs(scaled - whole) <= tolerance))):
            return 10.0**-decimals
    return 10.0**-MAX_DECIMALS
