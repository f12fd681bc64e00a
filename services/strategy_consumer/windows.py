"""Checks of the window and the hourly sums of a result."""

from functools import lru_cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from protos.discovery.v1.result_pb2 import HourlySums, Window
from tradestream.candles import HOUR_SECONDS, parse_interval
from tradestream.discovery.checks import number
from tradestream.errors import InvalidMessageError

Floats = NDArray[np.float32]

_YEAR_2200 = 7_258_118_400
_MARKET_TAG = b"\x1a"


def check_window(window: Window, interval: str) -> tuple[int, int, int]:
    """Return start, end, and anchor, in seconds since 1970.

    Raises:
        InvalidMessageError: If the times are not in order, the counts of bars
            do not add up, or an increment is not positive.
    """
    stamps = window.start_time, window.end_time, window.anchor
    start, end, anchor = (stamp.seconds for stamp in stamps)
    if any(stamp.nanos for stamp in stamps):
        raise InvalidMessageError("window: whole seconds are required, had nanoseconds")
    if not 0 <= start <= anchor < end < _YEAR_2200:
        raise InvalidMessageError(
            "window: 1970 <= start <= anchor < end < 2200 is required, "
            f"was {start}, {anchor}, {end}"
        )
    bars, missing = window.bars, window.missing
    expected = (end - start) / _interval_seconds(interval)
    if bars < 1 or missing < 0 or bars + missing != expected:
        raise InvalidMessageError(
            f"window: {expected:g} bars are required, was {bars} and {missing} missing"
        )
    for name, step in (
        ("price_tick", window.price_tick),
        ("volume_lot", window.volume_lot),
    ):
        if not 0 < step < inf:
            raise InvalidMessageError(f"{name}: more than 0 is required, was {step}")
    return start, end, anchor


def check_hourly(hourly: HourlySums, anchor: int, end: int) -> tuple[Floats, Floats]:
    """Return the sums of the strategy and of the market, each of shape (hours,).

    Reads the bytes of the packed fields, not number by number: a window of a
    quarter has 2,000 hours. The message must hold no unknown fields.

    Raises:
        InvalidMessageError: If the hours do not fit the window, the two do not
            have the same length, or a number is not finite.
    """
    first_hour = hourly.first_hour.seconds
    if first_hour != anchor // HOUR_SECONDS * HOUR_SECONDS or hourly.first_hour.nanos:
        raise InvalidMessageError(
            f"hourly.first_hour: the hour of the anchor is required, was {first_hour}"
        )
    hours = len(hourly.strategy)
    most = -(-(end - first_hour) // HOUR_SECONDS)
    if not 1 <= hours <= most or len(hourly.market) != hours:
        raise InvalidMessageError(
            f"hourly: two series of 1 to {most} hours are required, "
            f"was {hours} and {len(hourly.market)}"
        )
    raw = hourly.SerializeToString(deterministic=True)
    size = 4 * hours
    between = len(raw) - size - 1 - _varint_length(size)
    if raw[between : between + 1] != _MARKET_TAG:
        raise InvalidMessageError("hourly: packed fields in order are required")
    market = np.frombuffer(raw, "<f4", hours, len(raw) - size)
    strategy = np.frombuffer(raw, "<f4", hours, between - size)
    if not (np.isfinite(market).all() and np.isfinite(strategy).all()):
        raise InvalidMessageError("hourly: finite numbers are required, had another")
    return strategy, market


@lru_cache(maxsize=64)
def _interval_seconds(interval: str) -> int:
    try:
        seconds = parse_interval(interval)
    except ValueError as error:
        raise InvalidMessageError(f"interval: {error}") from error
    return int(number("interval", seconds, 60, 86_400))


def _varint_length(value: int) -> int:
    return max(1, -(-value.bit_length() // 7))
