"""Reading bars from a CSV file, plain or gzip, with errors that name the place.

The header names the columns `open_time,open,high,low,close,volume`, in any order;
other columns are ignored. Times are ISO 8601 in UTC, e.g. `2023-03-01T00:00:00Z`.
Rows are oldest first; missing bars are simply not there.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tradestream.candle_file_checks import first_broken_row
from tradestream.candles import LEAST_BARS, CandleSeries, interval_label
from tradestream.errors import InvalidCandleError
from tradestream.instruments import Instrument, infer_increment

COLUMNS = ("open_time", "open", "high", "low", "close", "volume")
_CHUNK_ROWS = 65_536
_GZIP_MAGIC = b"\x1f\x8b"
_SYMBOL = re.compile(r"[A-Z0-9]+-[A-Z0-9]+(?![A-Za-z0-9])")


def read_candles(
    path: Path, *, symbol: str | None = None, interval_seconds: int | None = None
) -> CandleSeries:
    """Return the bars of a `.csv` or `.csv.gz` file, checked row by row.

    Args:
        path: File to read.
        symbol: Name of the series; None takes it from the file's name.
        interval_seconds: Length of a bar; None takes the commonest spacing.

    Raises:
        InvalidCandleError: Names file, line, and column of the first broken row.
    """
    text = _read_text(path)
    try:
        places = _columns(path, text)
        table = _parse(path, text, places)
    except csv.Error as e:
        raise InvalidCandleError(f"{path}: CSV is required: {e}") from None
    times = table[0].astype(np.int64)
    spacing = commonest_spacing(times)
    interval = interval_seconds or spacing
    if spacing < interval and len(times) >= LEAST_BARS:
        raise InvalidCandleError(
            f"{path}: bars of {interval_label(interval)} are required, "
            f"the file has bars of {interval_label(spacing)}"
        )
    broken = first_broken_row(times, table[1:], interval) if len(times) else None
    if broken is not None:
        line = _line_of(text, broken.row)
        detail = broken.text
        if broken.other_row is not None:
            detail += f" (line {_line_of(text, broken.other_row)})"
        raise InvalidCandleError(
            f"{path} line {line}, column {broken.column}: {detail}"
        )
    if len(times) < LEAST_BARS:
        raise InvalidCandleError(
            f"{path} line {_line_of(text, len(times) - 1)}, column open_time: "
            f"at least {LEAST_BARS} rows are required, was {len(times)}"
        )
    return CandleSeries(symbol or symbol_of(path), interval, times, *table[1:])


def symbol_of(path: Path) -> str:
    """Return the symbol that a file's name starts with, else its name.

    `BTC-USD_1m_2023-03-01.csv.gz` gives `BTC-USD`; `prices.csv` gives `prices`.
    """
    found = _SYMBOL.match(path.name)
    return found.group() if found else path.name.partition(".")[0]


def infer_instrument(series: CandleSeries) -> Instrument:
    """Return the increments that the numbers of `series` are multiples of."""
    prices = np.concatenate([series.opens, series.highs, series.lows, series.closes])
    return Instrument(
        series.symbol, infer_increment(prices), infer_increment(series.volumes)
    )


def commonest_spacing(times: NDArray[np.int64]) -> int:
    """Return the commonest positive difference of neighbours, in seconds.

    Of two equally common ones the shorter; 60 when no difference is positive.
    """
    steps = np.diff(times)
    steps, counts = np.unique(steps[steps > 0], return_counts=True)
    return int(steps[np.argmax(counts)]) if len(steps) else 60


def _read_text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if path.suffix == ".gz":
            raw = gzip.decompress(raw)
        elif raw.startswith(_GZIP_MAGIC):
            raise InvalidCandleError(f"{path}: is gzip, so its name must end in .gz")
        return raw.decode("utf-8-sig")
    except FileNotFoundError:
        raise InvalidCandleError(f"{path}: no such file") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as e:
        raise InvalidCandleError(
            f"{path}: a whole gzip file is required: {e}"
        ) from None
    except UnicodeDecodeError as e:
        raise InvalidCandleError(
            f"{path}: UTF-8 text is required, was byte {raw[e.start]:#04x} at {e.start}"
        ) from None
    except OSError as e:
        raise InvalidCandleError(f"{path}: {(e.strerror or str(e)).lower()}") from None


def _columns(path: Path, text: str) -> list[int]:
    """Return where each of COLUMNS stands in the header."""
    header = next(_rows(text), None)
    if header is None:
        raise InvalidCandleError(f"{path}: the file is empty, a header is required")
    names = [name.strip().lower() for name in header[1]]
    for column in COLUMNS:
        if names.count(column) != 1:
            what = "is missing" if column not in names else "stands there twice"
            raise InvalidCandleError(
                f"{path} line {header[0]}: column {column} {what}, "
                f"the header was {','.join(header[1])[:120]!r}"
            )
    return [names.index(column) for column in COLUMNS]


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, fields) of every line that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""))
    for row in reader:
        if row:
            yield reader.line_num, row


def _line_of(text: str, row: int) -> int:
    """Return the line on which data row `row` (0 = first below the header) ends."""
    return next(islice(_rows(text), row + 1, None))[0]


def _parse(path: Path, text: str, places: list[int]) -> list[NDArray[np.float64]]:
    """Return the columns as float64, time as seconds, in bounded memory."""
    rows = (row for row in csv.reader(io.StringIO(text, newline="")) if row)
    next(rows)
    parts: list[list[NDArray[np.float64]]] = []
    while chunk := list(islice(rows, _CHUNK_ROWS)):
        try:
            parts.append(_parse_chunk(chunk, places))
        except (ValueError, IndexError):
            raise _first_unreadable(path, text, places) from None
    if not parts:
        return [np.empty(0) for _ in COLUMNS]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _parse_chunk(
    chunk: list[list[str]], places: list[int]
) -> list[NDArray[np.float64]]:
    stamps = [row[places[0]] for row in chunk]
    columns = [np.array(_seconds(stamps))]
    for place in places[1:]:
        columns.append(np.array([float(row[place]) for row in chunk]))
    return columns


def _seconds(stamps: Sequence[str]) -> list[float]:
    times = [datetime.fromisoformat(stamp) for stamp in stamps]
    # Nearly always one shared UTC object; offsets are looked at only when not.
    for zone in {time.tzinfo for time in times}:
        if zone is None or zone.utcoffset(None) != timedelta(0):
            raise ValueError("a UTC time is required")
    if any(time.microsecond for time in times):
        raise ValueError("a whole second is required")
    return [time.timestamp() for time in times]


def _first_unreadable(path: Path, text: str, places: list[int]) -> InvalidCandleError:
    """Return the error of the first row that cannot be read as numbers and a time."""
    for line, row in islice(_rows(text), 1, None):
        for column, place in zip(COLUMNS, places, strict=True):
            where = f"{path} line {line}, column {column}"
            if place >= len(row):
                return InvalidCandleError(
                    f"{where}: a value is required, the row ends after {len(row)}"
                )
            try:
                if column == "open_time":
                    _seconds([row[place]])
                else:
                    float(row[place])
            except ValueError:
                return InvalidCandleError(f"{where}: {_wanted(column, row[place])}")
    return InvalidCandleError(f"{path}: rows could not be read")


def _wanted(column: str, found: str) -> str:
    if column != "open_time":
        return f"a number is required, was {found[:40]!r}"
    wanted = "a UTC time such as 2023-03-01T00:00:00Z is required"
    try:
        time = datetime.fromisoformat(found)
    except ValueError:
        return f"{wanted}, was {found[:40]!r}"
    if time.tzinfo is None:
        hint = "no time zone"
    else:
        hint = "no whole second" if time.microsecond else "not UTC"
    return f"{wanted}, was {found[:40]!r} ({hint})"
