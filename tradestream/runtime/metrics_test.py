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
from tradestream.runtime.metrics import RoomMetrics

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
    """A Pushgateway that keeps what it was sent."""

    def __init__(self) -> None:
        self.pushed: list[tuple[str, str]] = []
        pushed = self.pushed

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                pushed.append((self.path, body.decode()))
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
    metrics.counter("bars_written_total").inc(3, symbol="BTC-USD")
    metrics.counter("bars_written_total").inc(2, symbol="BTC-USD")
    metrics.gauge("lag_records").set(7)
    metrics.success(NOW)
    return metrics


EXPECTED = (
    'tradestream_room_bars_written_total{symbol="BTC-USD"} 5.0',
    "tradestream_room_lag_records 7.0",
    "tradestream_room_last_success_timestamp_seconds 1.7698",
)


def test_serves_metrics() -> None:
    metrics = filled(RoomMetrics("room", port=0, host=HOST))

    status, body = get(metrics.serve(), "/metrics")

    assert status == 200
    assert all(line in body for line in EXPECTED)


def test_shows_values_of_the_moment() -> None:
    metrics = RoomMetrics("room", port=0, host=HOST)
    port = metrics.serve()

    metrics.counter("seen").inc()

    assert "tradestream_room_seen_total 1.0" in get(port, "/metrics")[1]


def test_health_touches_nothing() -> None:
    def never() -> None:
        raise AssertionError("was called")

    port = RoomMetrics("room", port=0, host=HOST).serve({"bus": never})

    assert get(port, "/health") == (200, '{"status": "ok"}')


def test_ready_names_each_dependency() -> None:
    def down() -> None:
        raise UnavailableError("redis did not answer")

    checks = {"postgres": lambda: None, "bus": down}
    port = RoomMetrics("room", port=0, host=HOST).serve(checks)

    status, body = get(port, "/ready")

    assert status == 503
    assert json.loads(body) == {
        "status": "failing",
        "dependencies": {"postgres": "ok", "bus": "redis did not answer"},
    }


def test_ready_when_all_answer() -> None:
    port = RoomMetrics("room", port=0, host=HOST).serve({"bus": lambda: None})

    assert get(port, "/ready")[0] == 200


def test_an_unknown_path_is_not_found() -> None:
    assert get(RoomMetrics("room", port=0, host=HOST).serve(), "/other")[0] == 404


def test_a_taken_port_is_named() -> None:
    port = RoomMetrics("room", port=0, host=HOST).serve()

    with pytest.raises(ConfigurationError, match=f"--metrics_port, was {port}"):
        RoomMetrics("room", port=port, host=HOST).serve()


def test_serves_nothing_without_a_port() -> None:
    assert RoomMetrics("room").serve() is None


def test_pushes_to_the_gateway(gateway: Gateway) -> None:
    filled(RoomMetrics("room", pushgateway_url=gateway.url)).push()

    ((path, body),) = gateway.pushed
    assert path == "/metrics/job/room"
    assert all(line in body for line in EXPECTED)


def test_a_gateway_that_is_down_does_not_fail_the_run() -> None:
    filled(RoomMetrics("room", pushgateway_url=f"http://{HOST}:9")).push()


def test_a_counter_cannot_fall() -> None:
    with pytest.raises(ValueError, match="must grow"):
        RoomMetrics("room").counter("seen").inc(-1)
