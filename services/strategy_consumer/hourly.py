"""Hourly sums of a find, from the bytes of a message to those of a row.

Not number by number: a window of a quarter of a year has 2,000 hours.
"""

from math import isfinite

import numpy as np
from numpy.typing import NDArray

from protos.discovery.v1.result_pb2 import HourlySums
from services.strategy_consumer.windows import CheckedWindow
from tradestream.errors import InvalidMessageError

Floats = NDArray[np.float32]

_MARKET_TAG = b"\x1a"


def check_hourly(hourly: HourlySums, window: CheckedWindow) -> tuple[Floats, Floats]:
    """Return the sums of the strategy and of the market, each of shape (hours,).

    The message must hold no unknown fields: they would stand behind the others.
    Call it where numpy ignores overflows; saying so here would take most of the time.

    Raises:
        InvalidMessageError: If the hours do not fit the window, the two do not
            have the same length, or a number is not finite.
    """
    first = hourly.first_hour
    if first.seconds != window.first_hour or first.nanos:
        raise InvalidMessageError(
            "hourly.first_hour: the hour of the anchor is required, "
            f"was {first.seconds} s"
        )
    hours = len(hourly.strategy)
    if not 1 <= hours <= window.most_hours or len(hourly.market) != hours:
        raise InvalidMessageError(
            f"hourly: two series of 1 to {window.most_hours} hours are required, "
            f"was {hours} and {len(hourly.market)}"
        )
    raw = hourly.SerializeToString(deterministic=True)
    size = 4 * hours
    between = len(raw) - size - 1 - -(-size.bit_length() // 7)
    if raw[between : between + 1] != _MARKET_TAG:
        raise InvalidMessageError("hourly: packed fields in order are required")
    market = np.frombuffer(raw, "<f4", hours, len(raw) - size)
    strategy = np.frombuffer(raw, "<f4", hours, between - size)
    # A product that is finite has no NaN and no infinity in it.
    if not isfinite(np.dot(strategy, market)):
        _refuse_infinite(strategy, market)
    return strategy, market


def _refuse_infinite(strategy: Floats, market: Floats) -> None:
    if not (np.isfinite(strategy).all() and np.isfinite(market).all()):
        raise InvalidMessageError("hourly: finite numbers are required, had another")
