"""Which answers are asked for again, and which are told."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime

import pytest

from tradestream.candle_store.influxdb_http import InfluxHttp, RefusedError
from tradestream.candle_store.influxdb_settings import parse_url
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.runtime.traffic import FAILED, REPEATED, TRAFFIC
from tradestream.testing.scripted_server import (
    Answer,
    ScriptedServer,
    scripted_server,
)


@contextmanager
def talking(
    *answers: Answer, seconds: float = 0
) -> Iterator[tuple[InfluxHttp, ScriptedServer]]:
    """Yield a client of a server that gives these answers."""
    with scripted_server(*answers) as server:
        url = server.url.replace("http", "influxdb") + "/org/bucket"
        settings = parse_url(url)
        with closing(InfluxHttp(settings, "token", retry_seconds=seconds)) as http:
            yield http, server


@pytest.mark.parametrize(
    "trouble",
    [Answer(status=503), Answer(status=429), Answer(b"half", held_back_bytes=2)],
    ids=["503", "429", "cut"],
)
def test_what_may_pass_is_asked_again(trouble: Answer) -> None:
    with talking(trouble, Answer(b"whole"), seconds=10) as (http, server):
        answer = http.get("/query", {"q": "x"})

    assert answer == b"whole"
    assert server.asked == ["/query?q=x"] * 2


def test_patience_has_a_bound() -> None:
    with (
        talking(Answer({"message": "busy"}, status=503)) as (http, _),
        pytest.raises(UnavailableError, match="cannot answer now: busy"),
    ):
        http.get("/query", {})


def test_calls_without_an_answer_are_counted() -> None:
    busy = Answer(status=503)
    TRAFFIC.take()

    with talking(busy, Answer(b"whole"), seconds=10) as (http, _):
        http.get("/query", {})
    with talking(busy) as (http, _), pytest.raises(UnavailableError):
        http.get("/query", {})

    counted = {labels["outcome"]: number for _, labels, number in TRAFFIC.take()}
    assert counted == {REPEATED: 1, FAILED: 1}


@pytest.mark.parametrize(
    ("status", "message", "kind", "wanted"),
    [
        (401, "unauthorized access", ConfigurationError, "a token that it knows"),
        (401, "write:x is unauthorized", ConfigurationError, "that may do this"),
        (403, "insufficient", ConfigurationError, "bucket bucket is required: insu"),
        (404, 'organization name "o" not found', ConfigurationError, "name .o. not"),
        (400, "unable to parse", RefusedError, r"at 127\.0\.0\.1:\d+ refused: unable"),
        (
            400,
            "Client sent an HTTP request to an HTTPS server.",
            ConfigurationError,
            "a URL with influxdbs:// is required",
        ),
    ],
)
def test_what_will_not_pass_is_not_asked_again(
    status: int, message: str, kind: type[Exception], wanted: str
) -> None:
    with talking(Answer({"message": message}, status=status), seconds=10) as (
        http,
        server,
    ):
        with pytest.raises(kind, match=wanted):
            http.get("/query", {})

        assert len(server.asked) == 1


def test_a_page_of_a_proxy_is_one_short_line() -> None:
    page = b"<html>\n<body>" + b"no\n" * 5_000
    with (
        talking(Answer(page, status=502)) as (http, _),
        pytest.raises(UnavailableError) as failed,
    ):
        http.get("/query", {})

    assert "\n" not in str(failed.value)
    assert len(str(failed.value)) < 400


def test_the_clock_of_the_server_is_known_from_its_answers() -> None:
    before = datetime.now(UTC)
    with talking(Answer(b"x")) as (http, _):
        assert http.server_time is None
        http.get("/query", {})

        assert http.server_time is not None
        assert abs((http.server_time - before).total_seconds()) < 60


def test_tls_with_a_server_that_speaks_none_is_a_setting() -> None:
    with scripted_server(Answer(b"x")) as server:
        url = server.url.replace("http", "influxdbs") + "/org/bucket"
        with (
            closing(InfluxHttp(parse_url(url), "token", retry_seconds=0)) as http,
            pytest.raises(
                ConfigurationError, match=r"influxdb:// is required: it speaks"
            ),
        ):
            http.get("/query", {})


def test_what_is_no_json_is_told_with_the_address() -> None:
    with (
        talking(Answer(b"<html>")) as (http, _),
        pytest.raises(
            UnavailableError, match=r"at 127\.0\.0\.1:\d+: an answer in JSON"
        ),
    ):
        http.call("GET", "/api/v2/buckets", {})
