"""Answers of InfluxQL as arrays, and the errors inside them."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import pytest

from tradestream.candle_store.influxdb_http import InfluxHttp, RefusedError
from tradestream.candle_store.influxdb_query import InfluxQuery, decode, quote
from tradestream.candle_store.influxdb_settings import parse_url
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.testing.scripted_server import Answer, scripted_server

HEAD = (
    b"\x81\xa7results\x91\x82\xacstatement_id\x00\xa6series\x91\x83\xa4name\xa1m"
    b"\xa7columns\x93\xa4time\xa1a\xa1b\xa6values"
)


def packed(rows: Sequence[tuple[int, float, float]]) -> bytes:
    """Return an answer as the server packs it."""
    body = b"".join(
        b"\x93\xd2" + struct.pack(">i", t) + b"".join(b"\xcb" + struct.pack(">d", x)
        for x in numbers)
        for t, *numbers in rows
    )  # fmt: skip
    count = len(rows)
    if count < 16:
        return HEAD + bytes([0x90 + count]) + body
    if count < 65_536:
        return HEAD + b"\xdc" + count.to_bytes(2, "big") + body
    return HEAD + b"\xdd" + count.to_bytes(4, "big") + body


@contextmanager
def asking(*answers: Answer) -> Iterator[InfluxQuery]:
    """Yield what asks a server that gives these answers."""
    with scripted_server(*answers) as server:
        url = server.url.replace("http", "influxdb") + "/org/bucket"
        with closing(InfluxHttp(parse_url(url), "token", retry_seconds=0)) as http:
            yield InfluxQuery(http)


@pytest.mark.parametrize("count", [1, 15, 16, 65_535, 65_536])
def test_packed_rows_become_arrays(count: int) -> None:
    rows = [(1_700_000_040 + n, 0.1 * n, -1e300) for n in range(count)]

    table = decode(packed(rows), "m", ["a", "b"])

    assert table is not None
    assert list(zip(*(table[name].tolist() for name in ("time", "a", "b")),
                    strict=True)) == rows  # fmt: skip


def test_an_answer_without_rows_is_empty() -> None:
    data = b"\x81\xa7results\x91\x82\xacstatement_id\x00\xa6series\x90"

    table = decode(data, "m", ["a", "b"])

    assert table is not None
    assert len(table) == 0


@pytest.mark.parametrize(
    "data",
    [
        b"\x81\xa7results\x91\x81\xa5error\xa1x",
        packed([(1, 2.0, 3.0)])[:-1],
        packed([(1, 2.0, 3.0)]) + b"\x00",
        HEAD + b"\x91\x93\xd2\x00\x00\x00\x01\xcb" + b"\x00" * 8 + b"\xc0",
        HEAD.replace(b"\xa1m", b"\xa1n") + b"\x90",
    ],
    ids=["error", "cut", "longer", "null", "another measurement"],
)
def test_another_layout_is_told_apart(data: bytes) -> None:
    assert decode(data, "m", ["a", "b"]) is None


def test_what_is_not_packed_as_expected_is_read_as_json() -> None:
    series = [{"name": "m", "columns": ["time", "a"], "values": [[60, 2]]}]
    with asking(Answer(b"\x80"), Answer({"results": [{"series": series}]})) as query:
        table = query.columns("m", ["a"], "true")

    assert (table["time"].tolist(), table["a"].tolist()) == ([60], [2.0])


@pytest.mark.parametrize(
    ("answer", "kind", "wanted"),
    [
        (
            {"results": [{"error": "database not found: bucket"}]},
            ConfigurationError,
            "tradestream candles create influxdb://",
        ),
        ({"error": "database not found: bucket"}, ConfigurationError, "is required"),
        ({"results": [{"error": "too much"}]}, RefusedError, "too much"),
        (
            {"results": [{"series": [{"values": [[1]], "partial": True}]}]},
            RefusedError,
            "longer than the server may give",
        ),
    ],
)
def test_an_error_inside_a_good_answer_is_seen(
    answer: object, kind: type[Exception], wanted: str
) -> None:
    with asking(Answer(answer)) as query, pytest.raises(kind, match=wanted):
        query.rows("SELECT a FROM m")


def test_a_page_of_something_else_is_no_answer() -> None:
    with (
        asking(Answer(b"<html>please log in")) as query,
        pytest.raises(UnavailableError, match="in JSON is required, was b'<html>"),
    ):
        query.rows("SELECT a FROM m")


def test_a_text_cannot_leave_its_quotes() -> None:
    assert quote("a'b\\c\nd") == r"'a\'b\\c\nd'"
