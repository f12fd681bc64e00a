"""InfluxQL questions, and their answers as arrays or rows.

InfluxQL and not Flux: the same 129,600 bars take Flux at least twice as long,
and its only format is CSV. In MessagePack a row of one time and floats has a
fixed length, so that an answer is one structured array, exact to the last bit.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradestream.candle_store.influxdb_http import InfluxHttp, RefusedError, parsed
from tradestream.errors import ConfigurationError

_ARRAY_32, _ARRAY_16 = 0xDD, 0xDC
_SMALL_ARRAY = 0x90
_SMALL_STRING = 0xA0
_INT_32, _FLOAT_64 = 0xD2, 0xCB


def quote(text: str) -> str:
    """Return a text as a literal of InfluxQL, whatever it holds."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


class InfluxQuery:
    """Asks one bucket."""

    def __init__(self, http: InfluxHttp) -> None:
        self._http = http

    def rows(self, question: str) -> list[list[Any]]:
        """Return the rows of an answer; times are seconds since 1970.

        Raises:
            ConfigurationError: If the bucket is not there.
            UnavailableError: If the server did not answer.
            RefusedError: If it refused the question, or cut its answer short.
        """
        answer = parsed(self._http.settings, self._ask(question, "application/json"))
        for result in (answer, *answer.get("results", ())):
            if "error" in result:
                raise self._explained(result["error"])
        found = [s for r in answer.get("results", ()) for s in r.get("series", ())]
        if any(series.get("partial") for series in found):
            raise RefusedError(
                self._http.settings,
                200,
                "the answer is longer than the server may give",
            )
        return [row for series in found for row in series["values"]]

    def select(self, what: str, measurement: str, where: str) -> list[list[Any]]:
        """Return the rows of a SELECT, its time in seconds first; errors as `rows`.

        Args:
            what: Fields, or a function of one.
            measurement: Where they are.
            where: A condition; its texts have passed through `quote`.
        """
        return self.rows(_select(what, measurement, where))

    def columns(
        self, measurement: str, fields: Sequence[str], where: str
    ) -> NDArray[Any]:
        """Return float fields as one structured array: `time` (seconds), then them.

        Errors as `rows`.
        """
        question = _select(", ".join(fields), measurement, where)
        data = self._ask(question, "application/x-msgpack")
        table = decode(data, measurement, fields)
        if table is not None:
            return table
        # Not the layout that we know: slower, and errors are told apart there.
        rows = [tuple(row) for row in self.rows(question)]
        kinds = [("time", np.int64), *((name, np.float64) for name in fields)]
        return np.array(rows, np.dtype(kinds))

    def _ask(self, question: str, accept: str) -> bytes:
        fields = {"db": self._http.settings.bucket, "q": question, "epoch": "s"}
        return self._http.get("/query", fields, accept=accept)

    def _explained(self, error: str) -> ConfigurationError | RefusedError:
        settings = self._http.settings
        if error.startswith("database not found"):
            return ConfigurationError(
                f"influxdb at {settings.where}: bucket {settings.bucket} is required,"
                f" was missing or not to be read with this token;"
                f" tradestream candles create {settings.url} makes it"
            )
        return RefusedError(settings, 200, error)


def _select(what: str, measurement: str, where: str) -> str:
    # Whoever builds a condition quotes the texts in it.
    return f"SELECT {what} FROM {measurement} WHERE {where}"  # noqa: S608


def decode(data: bytes, measurement: str, fields: Sequence[str]) -> NDArray[Any] | None:
    """Return the rows of a MessagePack answer; None if it has another layout.

    Args:
        data: The whole answer to `SELECT <fields> FROM <measurement>`.
        measurement: As asked.
        fields: As asked, all of them floats.
    """
    row = _row(fields)
    head = _head(measurement, fields)
    if data == _EMPTY:
        return np.empty(0, row)
    if not data.startswith(head):
        return None
    body = memoryview(data)[len(head) :]
    count, start = _array_length(body)
    if len(body) - start != count * row.itemsize:
        return None
    table = np.frombuffer(body, row, count, start)
    known = bool(
        np.all(table["row"] == _SMALL_ARRAY + 1 + len(fields))
        and np.all(table["time_kind"] == _INT_32)
        and all(np.all(table[f"{name}_kind"] == _FLOAT_64) for name in fields)
    )
    return table if known else None


_EMPTY = b"\x81\xa7results\x91\x82\xacstatement_id\x00\xa6series\x90"


def _head(measurement: str, fields: Sequence[str]) -> bytes:
    """Return how the answer begins, up to the array of its rows."""
    names = [b"time", *(name.encode() for name in fields)]
    return b"".join(
        [
            b"\x81\xa7results\x91\x82\xacstatement_id\x00\xa6series\x91\x83",
            b"\xa4name" + _text(measurement.encode()),
            b"\xa7columns" + bytes([_SMALL_ARRAY + len(names)]),
            *map(_text, names),
            b"\xa6values",
        ]
    )


def _text(text: bytes) -> bytes:
    return bytes([_SMALL_STRING + len(text)]) + text


def _row(fields: Sequence[str]) -> np.dtype[Any]:
    parts: list[tuple[str, str]] = [("row", "u1"), ("time_kind", "u1"), ("time", ">i4")]
    for name in fields:
        parts += [(f"{name}_kind", "u1"), (name, ">f8")]
    return np.dtype(parts)


def _array_length(body: memoryview) -> tuple[int, int]:
    """Return how many rows follow, and where the first begins."""
    if body[0] == _ARRAY_32:
        return int.from_bytes(body[1:5], "big"), 5
    if body[0] == _ARRAY_16:
        return int.from_bytes(body[1:3], "big"), 3
    return body[0] - _SMALL_ARRAY, 1
