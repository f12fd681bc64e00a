"""Checks of what comes from the bus; each names what was required and found."""

import math
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from tradestream.errors import InvalidMessageError

_MAX_TEXT = 128
_YEAR_2200 = 7_258_118_400


def require(holds: bool, required: str, found: object) -> None:
    """Do nothing when a promise holds.

    Raises:
        InvalidMessageError: With both texts, when it does not.
    """
    if not holds:
        raise InvalidMessageError(f"{required}, was {found!r}")


def identifier(name: str, value: str) -> str:
    """Return a text that names something.

    Raises:
        InvalidMessageError: If it is empty, long, or not printable.
    """
    if 0 < len(value) <= _MAX_TEXT and value.isprintable():
        return value
    raise InvalidMessageError(
        f"{name}: 1 to {_MAX_TEXT} printable characters are required, was {value!r}"
    )


def number(name: str, value: float, low: float, high: float = math.inf) -> float:
    """Return a finite number of [low, high].

    Raises:
        InvalidMessageError: If it is not finite or out of range.
    """
    if low <= value <= high and math.isfinite(value):
        return value
    raise InvalidMessageError(
        f"{name}: a finite number from {low:g} to {high:g} is required, was {value!r}"
    )


def from_timestamp(name: str, stamp: Timestamp) -> datetime:
    """Return a protobuf time of whole seconds as an aware UTC time.

    Raises:
        InvalidMessageError: If it is not whole, or not in 1970 … 2199.
    """
    if stamp.nanos == 0 and 0 <= stamp.seconds < _YEAR_2200:
        return datetime.fromtimestamp(stamp.seconds, UTC)
    raise InvalidMessageError(
        f"{name}: a whole second of 1970 to 2199 is required, "
        f"was {stamp.seconds} s {stamp.nanos} ns"
    )
