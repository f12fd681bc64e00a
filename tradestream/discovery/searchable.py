"""Which bars a search can find anything on."""

import numpy as np

from tradestream.candles import CandleSeries
from tradestream.errors import InvalidCandleError

LEAST_SEARCHED = 300
"""More bars than the longest warm-up: 200 + 60 of ICHIMOKU_CLOUD."""


def check_searchable(series: CandleSeries) -> None:
    """Do nothing if strategies could trade on the bars of `series`.

    Raises:
        InvalidCandleError: If there are fewer bars than the longest warm-up, or
            the price never moves.
    """
    if len(series) < LEAST_SEARCHED:
        raise InvalidCandleError(
            f"{series.symbol}: a search takes at least {LEAST_SEARCHED} bars, more "
            f"than the longest warm-up, was {len(series)}"
        )
    if np.all(series.highs == series.lows[0]) and np.all(series.lows == series.lows[0]):
        raise InvalidCandleError(
            f"{series.symbol}: prices that move are required, "
            f"was {series.closes[0]:g} on every bar"
        )


def has_volume(series: CandleSeries) -> bool:
    """Return whether any bar has volume; without, half of the types cannot trade."""
    return bool(np.any(series.volumes > 0))
