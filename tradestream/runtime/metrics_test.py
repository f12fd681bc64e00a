"""Metrics as Prometheus and the Pushgateway see them; health as Kubernetes does."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.runtime.meters import JOB, OPEN, RoomMeters, counter, gauge
from tradestream.runtime.metrics import RoomMetrics, push_failure

METERS = RoomMeters.of(
    "room",
    JOB,
    (
        counter("written_bars_total", "bars", "bars written", symbol=OPEN),
        counter("seen_things_total", "things", "things seen", kind=("good", "bad")),
        gauge("lag_records", "records", "records that wait"),
    ),
)
NOW = datetime(2026, 1, 31, tzinfo=UTC)
HOST = "127.0.0.1"


def get(port: int | None, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


class Gateway:
    """A Pushgateway that keeps what it was sent, and shows what it is told to."""

    def __init__(self) -> None:
        self.pushed: list[tuple[str, str, str]] = []
        self.shown: str | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(404 if outer.shown is None else 200)
                self.end_headers()
                self.wfile.write((outer.shown or "").encode())

            def do_PUT(self) -> None:
                self.take("PUT")

            def do_POST(self) -> None:
                self.take("POST")

            def take(self, verb: str) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.pushed.append((verb, self.path, body.decode()))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                del format, args

        self.server = HTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    running = Gateway()
    yield running
    running.server.shutdown()
    running.server.server_close()


def filled(metrics: RoomMetrics) -> RoomMetrics:
    metrics.counter("written_bars_total").inc(3, symbol="BTC-USD")
    metrics.counter("written_bars_total").inc(2, symbol="BTC-USD")
    metrics.gauge("lag_records").set(7)
    metrics.success(NOW)
    return metrics


EXPECTED = (
    'tradestream_room_written_bars_total{symbol="BTC-USD"} 5.0',
    "tradestream_room_lag_records 7.0",
    "tradestream_room_last_success_timestamp_seconds 1.7698",
)


def test_serves_metrics() -> None:
    metrics = filled(RoomMetrics(METERS, port=0, host=HOST))

    status, body = get(metrics.serve(), "/metrics")

    assert status == 200
    assert all(line in body for line in EXPECTED)


def test_shows_values_of_the_moment() -> None:
    metrics = RoomMetrics(METERS, port=0, host=HOST)
    port = metrics.serve()

    metrics.counter("seen_things_total").inc(kind="bad")

    assert 'seen_things_total{kind="bad"} 1.0' in get(port, "/metrics")[1]


def test_health_touches_nothing() -> None:
    def never() -> None:
        raise AssertionError("was called")

    port = RoomMetrics(METERS, port=0, host=HOST).serve({"bus": never})

    assert get(port, "/health") == (200, '{"status": "ok"}')


def test_ready_names_each_dependency() -> None:
    def down() -> None:
        raise UnavailableError("redis did not answer")

    checks = {"postgres": lambda: None, "bus": down}
    port = RoomMetrics(METERS, port=0, host=HOST).serve(checks)

    status, body = get(port, "/ready")

    assert status == 503
    assert json.loads(body) == {
        "status": "failing",
        "dependencies": {"postgres": "ok", "bus": "redis did not answer"},
    }


def test_ready_when_all_answer() -> None:
    port = RoomMetrics(METERS, port=0, host=HOST).serve({"bus": lambda: None})

    assert get(port, "/ready")[0] == 200


def test_an_unknown_path_is_not_found() -> None:
    assert get(RoomMetrics(METERS, port=0, host=HOST).serve(), "/other")[0] == 404


def test_a_taken_port_is_named() -> None:
    port = RoomMetrics(METERS, port=0, host=HOST).serve()

    with pytest.raises(ConfigurationError, match=f"--metrics_port, was {port}"):
        RoomMetrics(METERS, port=port, host=HOST).serve()


def test_serves_nothing_without_a_port() -> None:
    assert RoomMetrics(METERS).serve() is None


def test_pushes_to_the_gateway(gateway: Gateway) -> None:
    filled(RoomMetrics(METERS, pushgateway_url=gateway.url)).push()

    ((verb, path, body),) = gateway.pushed
    assert (verb, path) == ("PUT", "/metrics/job/room")
    assert all(line in body for line in EXPECTED)
    assert "# HELP tradestream_room_lag_records records that wait" in body


def test_a_finished_run_says_when_and_how_long(gateway: Gateway) -> None:
    RoomMetrics(METERS, pushgateway_url=gateway.url).finish(NOW, 2.5)

    body = gateway.pushed[0][2]
    assert 'tradestream_room_runs_total{status="0"} 1.0' in body
    assert 'tradestream_room_runs_total{status="75"} 0.0' in body
    assert "tradestream_room_run_duration_seconds 2.5" in body
    assert "tradestream_room_last_success_timestamp_seconds 1.7698" in body


PUSHED_BEFORE = """\
# TYPE tradestream_room_written_bars_total counter
tradestream_room_written_bars_total{instance="",job="room",symbol="BTC-USD"} 100
tradestream_room_written_bars_total{instance="",job="room",symbol="ETH-USD"} 40
tradestream_room_written_bars_total{instance="",job="another",symbol="BTC-USD"} 9
tradestream_room_lag_records{instance="",job="room"} 5
tradestream_room_last_success_timestamp_seconds{instance="",job="room"} 1.5e+09
tradestream_room_runs_total{instance="",job="room",status="0"} 7
tradestream_room_seen_things_total{instance="",job="room",colour="red"} 3
tradestream_room_bars_of_old_total{instance="",job="room"} 3
"""


def test_counters_go_on_where_the_last_run_ended(gateway: Gateway) -> None:
    gateway.shown = PUSHED_BEFORE

    filled(RoomMetrics(METERS, pushgateway_url=gateway.url)).finish(NOW, 1.0)

    body = gateway.pushed[0][2]
    assert 'written_bars_total{symbol="BTC-USD"} 105.0' in body
    assert 'written_bars_total{symbol="ETH-USD"} 40.0' in body
    assert 'runs_total{status="0"} 8.0' in body
    assert "lag_records 7.0" in body
    assert "of_old" not in body
    assert "red" not in body


def test_a_run_that_left_work_keeps_the_time_of_the_last_success(
    gateway: Gateway,
) -> None:
    gateway.shown = PUSHED_BEFORE

    RoomMetrics(METERS, pushgateway_url=gateway.url).finish(NOW, 1.0, succeeded=False)

    body = gateway.pushed[0][2]
    assert "last_success_timestamp_seconds 1.5e+09" in body
    assert "lag_records" not in body


@pytest.mark.parametrize(("status", "shown"), [(75, "75"), (1, "1"), (3, "1")])
def test_a_failed_run_says_so_and_leaves_the_rest(
    gateway: Gateway, status: int, shown: str
) -> None:
    gateway.shown = PUSHED_BEFORE

    push_failure("room", gateway.url, NOW, status)

    ((verb, path, body),) = gateway.pushed
    assert (verb, path) == ("POST", "/metrics/job/room")
    assert f'runs_total{{status="{shown}"}} 1.0' in body
    assert 'runs_total{status="0"} 7.0' in body
    assert "last_failure_timestamp_seconds 1.7698" in body
    assert "last_success_timestamp_seconds 1.5e+09" in body
    assert "lag_records" not in body


def test_a_gateway_that_is_down_does_not_fail_the_run() -> None:
    filled(RoomMetrics(METERS, pushgateway_url=f"http://{HOST}:9")).push()


def test_a_gateway_that_shows_nonsense_does_not_fail_the_run(
    gateway: Gateway,
) -> None:
    gateway.shown = "tradestream_room_runs_total{ many\n"

    RoomMetrics(METERS, pushgateway_url=gateway.url).finish(NOW, 1.0)

    assert 'runs_total{status="0"} 1.0' in gateway.pushed[0][2]


def test_a_counter_cannot_fall() -> None:
    with pytest.raises(ValueError, match="must grow"):
        RoomMetrics(METERS).counter("written_bars_total").inc(-1, symbol="BTC-USD")


def test_only_what_is_declared_can_be_given_a_value() -> None:
    metrics = RoomMetrics(METERS)

    with pytest.raises(ValueError, match="declared counter of room is required"):
        metrics.counter("other_things_total")
    with pytest.raises(ValueError, match="declared counter of room is required"):
        metrics.counter("lag_records")
    with pytest.raises(ValueError, match=r"labels \['kind'\] are required"):
        metrics.counter("seen_things_total").inc()
    with pytest.raises(ValueError, match="one of good, bad is required, was odd"):
        metrics.counter("seen_things_total").inc(kind="odd")


def test_a_name_says_its_unit() -> None:
    with pytest.raises(ValueError, match="ends in bars_total is required"):
        counter("written_bars", "bars", "bars written")
    with pytest.raises(ValueError, match="ends in seconds is required"):
        gauge("duration", "seconds", "how long it took")
    with pytest.raises(ValueError, match="declared twice"):
        RoomMeters.of("room", JOB, JOB)


def test_a_counter_whose_labels_are_known_begins_at_zero() -> None:
    metrics = RoomMetrics(METERS)

    assert metrics.counter("seen_things_total").samples() == [
        ({"kind": "good"}, 0.0),
        ({"kind": "bad"}, 0.0),
    ]
    assert metrics.counter("written_bars_total").samples() == []
    assert metrics.gauge("lag_records").samples() == []
