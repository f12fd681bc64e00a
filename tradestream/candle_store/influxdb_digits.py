"""Many decimal numbers as text at once, a column of bytes each.

Python needs a microsecond for the text of one float. Bars hold decimals of a
few digits, so that a column is whole numbers of some power of ten, and its
digits come out of a table, four at a time, padded with zeros on the left.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradestream.candles import Floats
from tradestream.instruments import MAX_DECIMALS

Bytes = NDArray[np.uint8]

# Whole numbers that floats hold, and so do the quotients of two of them exactly
# what a reader of the decimal number gets.
_WHOLE_BELOW = 2.0**53
_GROUP = 4
_POINT = ord(".")


def whole(numbers: NDArray[np.int64], width: int) -> Bytes:
    """Return numbers, 0 or more and of at most `width` digits; shape (n, width)."""
    text = np.empty((len(numbers), width), np.uint8)
    left = numbers
    for end in range(width, 0, -_GROUP):
        left, group = np.divmod(left, 10**_GROUP)
        begin = max(end - _GROUP, 0)
        text[:, begin:end] = _TABLE[group, begin - end + _GROUP :]
    return text


def decimal(values: Floats) -> Bytes | None:
    """Return numbers, shape (n, width), each read back as the very same float.

    Args:
        values: At least one finite number, 0 or more.

    Returns:
        None when they have more than ten decimals, or too many digits.
    """
    largest = float(values.max())
    for decimals in range(MAX_DECIMALS + 1):
        power = 10.0**decimals
        if largest * power >= _WHOLE_BELOW:
            return None
        scaled = np.rint(values * power)
        if np.array_equal(scaled / power, values):
            return _pointed(scaled.astype(np.int64), decimals)
    return None


def _pointed(scaled: NDArray[np.int64], decimals: int) -> Bytes:
    before = len(str(int(scaled.max()) // 10**decimals))
    digits = whole(scaled, before + decimals)
    if not decimals:
        return digits
    return np.insert(digits, before, _POINT, axis=1)


def _table() -> NDArray[Any]:
    numbers = np.arange(10**_GROUP)
    powers = 10 ** np.arange(_GROUP)[::-1]
    return (numbers[:, None] // powers % 10 + ord("0")).astype(np.uint8)


_TABLE = _table()
"""The digits of 0 to 9999; shape (10000, 4)."""
