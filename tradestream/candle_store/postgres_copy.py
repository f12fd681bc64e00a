"""Bars through PostgreSQL's COPY, in and out, without a Python object a number.

The binary format is described in the PostgreSQL manual under COPY, "Binary
Format": a header of 19 bytes, rows of a field count and length-prefixed
big-endian fields, and a field count of -1 at the end. All our columns are NOT
NULL and of fixed width, so that a whole answer is one structured array.
"""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradestream.candles import MINUTE_SECONDS, CandleSeries, Seconds

_HEADER_BYTES = 19
_TRAILER_BYTES = 2
# timestamptz travels as microseconds since 2000-01-01.
_EPOCH_2000_SECONDS = 946_684_800
_MICROSECONDS = 1_000_000

_TIMES = np.dtype([("fields", ">i2"), ("length", ">i4"), ("time", ">i8")])
_NUMBERS = ("open", "high", "low", "close", "volume")
_BARS = np.dtype(
    [
        *[(name, _TIMES[name]) for name in ("fields", "length", "time")],
        *[
            part
            for name in _NUMBERS
            for part in ((f"{name}_length", ">i4"), (name, ">f8"))
        ],
    ]
)


def decode_times(data: bytes) -> Seconds:
    """Return the times of a binary COPY of one timestamptz column."""
    return _seconds(np.frombuffer(_body(data), _TIMES)["time"])


def decode_bars(data: bytes, symbol: str) -> CandleSeries:
    """Return the bars of a binary COPY of a timestamptz and five float8 columns."""
    rows = np.frombuffer(_body(data), _BARS)
    columns = [rows[name].astype(np.float64) for name in _NUMBERS]
    return CandleSeries(symbol, MINUTE_SECONDS, _seconds(rows["time"]), *columns)


def encode_bars(series: CandleSeries) -> io.StringIO:
    """Return bars as the text format of COPY: epoch seconds, then five numbers."""
    columns = [
        column.tolist()
        for column in (
            series.open_times,
            series.opens,
            series.highs,
            series.lows,
            series.closes,
            series.volumes,
        )
    ]
    rows = zip(*columns, strict=True)
    return io.StringIO(
        "".join(f"{t}\t{o}\t{h}\t{low}\t{c}\t{v}\n" for t, o, h, low, c, v in rows)
    )


def _body(data: bytes) -> bytes:
    return data[_HEADER_BYTES:-_TRAILER_BYTES]


def _seconds(times: NDArray[Any]) -> Seconds:
    return times.astype(np.int64) // _MICROSECONDS + _EPOCH_2000_SECONDS
