"""PostgreSQL's binary COPY format, for the columns that this room writes.

Binary, because text would cost more than all the rest: the hourly sums of a
find are up to thousands of numbers. Format: PostgreSQL manual, COPY, "Binary
Format"; arrays as `array_send` writes them. Pure.
"""

import struct

import numpy as np
from numpy.typing import NDArray

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"

_FLOAT4_OID = 700
_POSTGRES_EPOCH_SECONDS = 946_684_800
_ELEMENT = np.dtype([("length", ">i4"), ("value", ">f4")])
_ARRAY = struct.Struct(">iiiiii")
_LENGTH = struct.Struct(">i")
_FIELDS = struct.Struct(">h")


def row(columns: int, *fields: bytes) -> bytes:
    """Return one row of fields that already have their lengths."""
    return _FIELDS.pack(columns) + b"".join(fields)


def text(value: str) -> bytes:
    """Return a text field."""
    encoded = value.encode()
    return _LENGTH.pack(len(encoded)) + encoded


def json(value: bytes) -> bytes:
    """Return a jsonb field of JSON text."""
    return _LENGTH.pack(len(value) + 1) + b"\x01" + value


def microseconds(seconds: int) -> int:
    """Return a time as a timestamptz field holds it."""
    return (seconds - _POSTGRES_EPOCH_SECONDS) * 1_000_000


def real_array(values: "NDArray[np.float32]") -> bytes:
    """Return a real[] field of shape (n,), n at least 1."""
    elements = np.empty(len(values), _ELEMENT)
    elements["length"] = 4
    elements["value"] = values
    body = elements.tobytes()
    return _ARRAY.pack(len(body) + 20, 1, 0, _FLOAT4_OID, len(values), 1) + body
