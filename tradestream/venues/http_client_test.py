from collections.abc import Sequence

import pytest
import requests

from tradestream.errors import UnavailableError
from tradestream.testing.hand_clock import HandClock
from tradestream.testing.scripted_server import (
    Answer,
    ScriptedServer,
    scripted_server,
)
from tradestream.venues.http_client import (
    ATTEMPTS,
    HttpClient,
    NotFoundError,
    retry_after_seconds,
)
from tradestream.venues.pacing import Backoff, Pacer
from tradestream.venues.port import OutOfTimeError, RefusedRequestError

pytestmark = pytest.mark.integration

BARS = Answer([[1, 2]])
NOON, LATER = "Tue, 10 Mar 2026 12:00:00 GMT", "Tue, 10 Mar 2026 12:00:20 GMT"


def client(url: str, clock: HandClock, *, give_up_at: float = 1e9) -> HttpClient:
    pacer = Pacer(
        0.0, give_up_at=give_up_at, monotonic=clock.monotonic, sleep=clock.sleep
    )
    return HttpClient(
        url, pacer, backoff=Backoff(0.5, seed=1), timeout_seconds=(2.0, 0.2)
    )


def read(server: ScriptedServer, clock: HandClock) -> Sequence[object]:
    return client(server.url, clock).get_list("/bars", {"start": "2026 03"})


def test_asks_for_the_path_with_its_query() -> None:
    with scripted_server(BARS) as server:
        found = read(server, HandClock())

    assert found == [[1, 2]]
    assert server.asked == ["/bars?start=2026+03"]


def test_waits_as_long_as_the_venue_says_after_too_many_requests() -> None:
    clock = HandClock()
    with scripted_server(Answer(status=429, headers={"Retry-After": "17"}), BARS) as s:
        assert read(s, clock) == [[1, 2]]

    assert clock.seconds == 17.0


@pytest.mark.parametrize(
    ("said", "date", "wanted"),
    [
        ("17", NOON, 17.0),
        (LATER, NOON, 20.0),
        (NOON, LATER, 0.0),
        (LATER, "", 0.0),
        ("1e9", NOON, 300.0),
    ],
)
def test_understands_seconds_and_dates(said: str, date: str, wanted: float) -> None:
    answer = requests.Response()
    answer.headers.update({"Retry-After": said, "Date": date})

    assert retry_after_seconds(answer) == wanted


@pytest.mark.parametrize("text", ["", "soon", "-5", "nan", "0"])
def test_backs_off_with_jitter_when_the_venue_does_not_say_how_long(text: str) -> None:
    clock = HandClock()
    refusals = [Answer(status=429, headers={"Retry-After": text})] * 3
    with scripted_server(*refusals, BARS) as server:
        assert read(server, clock) == [[1, 2]]

    for attempt, wait in enumerate(clock.slept):
        assert 0.5 * 2**attempt / 2 <= wait <= 0.5 * 2**attempt
    assert len(clock.slept) == 3


@pytest.mark.parametrize(
    "failure",
    [
        Answer(status=500),
        Answer(status=503),
        Answer(b"[[1741608000, 1.0, 2.0"),
        Answer([[1, 2, 3]], held_back_bytes=5),
        Answer({"message": "a mapping"}),
        Answer("text"),
        Answer(b""),
        Answer(silent=True),
    ],
    ids=["500", "503", "cut", "short", "mapping", "text", "empty", "silent"],
)
def test_tries_again_after_a_passing_failure(failure: Answer) -> None:
    clock = HandClock()
    with scripted_server(failure, failure, BARS) as server:
        assert read(server, clock) == [[1, 2]]

    assert len(server.asked) == 3
    assert len(clock.slept) == 2


@pytest.mark.parametrize("status", [500, 429])
def test_a_venue_that_stays_ill_is_unavailable(status: int) -> None:
    with (
        scripted_server(Answer(status=status)) as server,
        pytest.raises(UnavailableError, match=f"{ATTEMPTS} tries: status"),
    ):
        read(server, HandClock())

    assert len(server.asked) == ATTEMPTS


def test_nobody_listening_is_unavailable() -> None:
    with scripted_server(BARS) as server:
        gone = server.url

    with pytest.raises(UnavailableError, match="ConnectionError"):
        client(gone, HandClock()).get_list("/bars", {})


def test_what_is_not_there_is_asked_for_once() -> None:
    with (
        scripted_server(Answer(status=404)) as server,
        pytest.raises(NotFoundError, match="is not there"),
    ):
        read(server, HandClock())

    assert len(server.asked) == 1


def test_a_refused_request_is_not_repeated() -> None:
    refusal = Answer({"message": "granularity too small"}, status=400)
    with (
        scripted_server(refusal) as server,
        pytest.raises(RefusedRequestError, match="granularity too small"),
    ):
        read(server, HandClock())

    assert len(server.asked) == 1


def test_does_not_wait_beyond_the_time_it_has() -> None:
    clock = HandClock()
    with (
        scripted_server(Answer(status=429, headers={"Retry-After": "60"})) as server,
        pytest.raises(OutOfTimeError),
    ):
        client(server.url, clock, give_up_at=45.0).get_list("/bars", {})

    assert clock.seconds == 0.0


def test_numbers_that_json_does_not_know_reach_the_reader() -> None:
    with scripted_server(Answer(b"[[NaN, 1e999]]")) as server:
        found = read(server, HandClock())

    assert str(found) == "[[nan, inf]]"
