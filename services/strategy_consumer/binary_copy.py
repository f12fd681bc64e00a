"""PostgreSQL's binary COPY format, for the columns that this room writes.

Binary, because text would cost more than all the rest: the hourly sums of a
find are up to thousands of numbers. Format: PostgreSQL manual, COPY, "Binary
Format"; arrays as `array_send` writes them. Pure.
"""

import struct
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tradestream.discovery.checks import identifier

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"

_FLOAT4_OID = 700
_POSTGRES_EPOCH_SECONDS = 946_684_800
_HASH = struct.pack(">i", 64)
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">f4")])
_length = struct.Struct(">i").pack


def fields(count: int) -> bytes:
    """Return what a row of `count` fields begins with."""
    return struct.pack(">h", count)


@lru_cache(maxsize=65_536)
def text(value: str) -> bytes:
    """Return a text field; for texts that come again."""
    encoded = value.encode()
    return _length(len(encoded)) + encoded


@lru_cache(maxsize=65_536)
def named(name: str, value: str) -> bytes:
    """Return a text field of something that names something.

    Raises:
        InvalidMessageError: If it is empty, long, or not printable.
    """
    return text(identifier(name, value))


def hexadecimal(value: str) -> bytes:
    """Return a text field of 64 hexadecimal digits."""
    return _HASH + value.encode()


def json(value: bytes) -> bytes:
    """Return a jsonb field of JSON text."""
    return _length(len(value) + 1) + b"\x01" + value


def microseconds(seconds: int) -> int:
    """Return a time as a timestamptz field holds it."""
    return (seconds - _POSTGRES_EPOCH_SECONDS) * 1_000_000


def real_array(values: "NDArray[np.float32]") -> bytes:
    """Return a real[] field of shape (n,), n at least 1."""
    head, empty = _array(len(values))
    elements = empty.copy()
    elements["value"] = values
    return head + elements.tobytes()


@lru_cache(maxsize=256)
def _array(length: int) -> "tuple[bytes, NDArray[np.void]]":
    """Return the head of an array field, and its elements without values."""
    elements = np.zeros(length, _ELEMENT)
    elements["length"] = 4
    head = struct.pack(">iiiiii", elements.nbytes + 20, 1, 0, _FLOAT4_OID, length, 1)
    return head, elements
