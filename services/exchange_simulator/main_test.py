"""The binary: its wire, its faults, its limits, and how it stops."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import pytest
import requests

from services.exchange_simulator.small_venue_fake import NOW, ORIGIN, venue
from tradestream.testing.rooms import run_room

pytestmark = pytest.mark.integration

HELD = (f"--now={NOW.isoformat()}", f"--origin={ORIGIN}")
CANDLES = "/products/BTC-USD/candles"
LISTING = "/v1/cryptocurrency/listings/latest"
KEY = {"X-CMC_PRO_API_KEY": "any"}


class Simulator:
    """A running simulator."""

    def __init__(self, process: "subprocess.Popen[str]", url: str) -> None:
        self.process = process
        self.url = url

    def get(self, path: str, **query: str) -> requests.Response:
        return requests.get(self.url + path, query, headers=KEY, timeout=30)

    def fail(self, **faults: object) -> None:
        answer = requests.post(f"{self.url}/faults", json=faults, timeout=30)
        assert answer.json() == faults


@contextmanager
def running(*flags: str) -> Iterator[Simulator]:
    command = [sys.executable, "-m", "services.exchange_simulator.main", "--port=0"]
    with subprocess.Popen(
        [*command, *HELD, *flags], stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        try:
            yield Simulator(process, json.loads(process.stderr.readline())["url"])
        finally:
            process.kill()
            process.wait(10)


@pytest.fixture(scope="module")
def shared() -> Iterator[Simulator]:
    with running("--requests_per_second=0") as simulator:
        yield simulator


@pytest.fixture
def simulator(shared: Simulator) -> Iterator[Simulator]:
    yield shared
    requests.delete(f"{shared.url}/faults", timeout=30)


def test_serves_products_candles_trades_and_listings(simulator: Simulator) -> None:
    products = simulator.get("/products").json()
    (candles, trades) = (
        simulator.get(f"/products/BTC-USD/{what}") for what in ("candles", "trades")
    )

    assert [p["id"] for p in products] == list(venue().markets)
    assert simulator.get("/products/BTC-USD").json() == products[0]
    assert products[0]["quote_increment"] == "0.01"
    assert {p["status"] for p in products} == {"online"}
    assert 290 < len(candles.json()) <= 300
    assert int(trades.headers["CB-BEFORE"]) == trades.json()[0]["trade_id"]
    assert int(trades.headers["CB-AFTER"]) == trades.json()[-1]["trade_id"]
    assert simulator.get(LISTING).json()["status"]["error_code"] == 0
    assert candles.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("path", ["", "/candles", "/trades"])
def test_an_unknown_product_is_not_found(simulator: Simulator, path: str) -> None:
    answer = simulator.get(f"/products/NONE-USD{path}")

    assert (answer.status_code, answer.json()) == (404, {"message": "NotFound"})


def test_what_the_venue_refuses_comes_as_a_message(simulator: Simulator) -> None:
    answer = simulator.get(CANDLES, granularity="61")
    listing = requests.get(simulator.url + LISTING, timeout=30)

    assert answer.status_code == 400
    assert answer.json() == {"message": "Unsupported granularity"}
    assert listing.status_code == 401
    assert listing.json()["status"]["error_code"] == 1002


def test_a_restart_serves_the_same_past_bit_for_bit(simulator: Simulator) -> None:
    symbols = ("BTC-USD", "TREND1-USD", "REVERT3-USD", "GARCH7-USD", "GBM8-USD")
    paths = [f"/products/{s}/{w}" for s in symbols for w in ("candles", "trades")]
    with running("--requests_per_second=0") as other:
        for path in (*paths, "/products", LISTING):
            assert other.get(path).content == simulator.get(path).content, path


def test_a_held_clock_stands_still(simulator: Simulator) -> None:
    newest = simulator.get(CANDLES).json()[0]

    assert newest[0] == int(NOW.timestamp()) // 60 * 60
    assert simulator.get(CANDLES).json()[0] == newest


def test_beyond_the_rate_comes_429_with_when_to_come_back() -> None:
    with running("--requests_per_second=0.1", "--burst=2") as simulator:
        answers = [simulator.get("/products") for _ in range(4)]
        free = requests.get(f"{simulator.url}/health", timeout=30)
        counted = requests.get(f"{simulator.url}/metrics", timeout=30).text

    assert [a.status_code for a in answers] == [200, 200, 429, 429]
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 10
    assert answers[3].json() == {"message": "Public rate limit exceeded"}
    assert free.status_code == 200
    refused = 'requests_total{endpoint="/products",status="429"} 2.0'
    assert f"tradestream_exchange_simulator_{refused}" in counted


def test_429_on_request(simulator: Simulator) -> None:
    simulator.fail(too_many_requests=1.0, retry_after_seconds=7)
    answer = simulator.get(CANDLES)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")


def test_5xx_on_request(simulator: Simulator) -> None:
    simulator.fail(server_errors=1.0)

    assert {simulator.get(CANDLES).status_code for _ in range(9)} == {500, 502, 503}


def test_latency_on_request(simulator: Simulator) -> None:
    simulator.fail(latency_seconds=0.3)
    began = perf_counter()
    simulator.get(CANDLES)

    assert perf_counter() - began >= 0.3


def test_half_a_body_on_request(simulator: Simulator) -> None:
    simulator.fail(half_bodies=1.0)

    with pytest.raises(requests.RequestException):
        simulator.get(CANDLES)


def test_truncated_json_on_request(simulator: Simulator) -> None:
    simulator.fail(truncated_json=1.0)
    answer = simulator.get(CANDLES)

    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_another_shape_on_request(simulator: Simulator) -> None:
    simulator.fail(wrong_bodies=1.0)

    assert simulator.get(CANDLES).json() == {"message": "try again"}


def test_faults_of_rows_on_request(simulator: Simulator) -> None:
    clean = simulator.get(CANDLES).json()
    simulator.fail(missing_minutes_share=0.5)
    holes = simulator.get(CANDLES).json()
    simulator.fail(corrected_bars_share=1.0)
    corrected = simulator.get(CANDLES).json()
    simulator.fail(wrong_types=1.0)
    wrong = simulator.get(CANDLES).json()

    assert 0 < len(holes) < len(clean)
    assert [row[0] for row in corrected] == [row[0] for row in clean]
    assert all(new != old for new, old in zip(corrected, clean, strict=True))
    assert len(wrong) == len(clean)
    assert wrong != clean


def test_faults_keep_to_the_products_named(simulator: Simulator) -> None:
    simulator.fail(symbols=["GBM1-USD"], server_errors=1.0)

    assert simulator.get("/products/GBM1-USD/candles").status_code >= 500
    assert simulator.get(CANDLES).status_code == 200
    assert simulator.get(LISTING).status_code == 200


def test_faults_are_shown_and_cleared(simulator: Simulator) -> None:
    simulator.fail(server_errors=1.0)

    assert simulator.get("/faults").json() == {"server_errors": 1.0}
    assert requests.delete(f"{simulator.url}/faults", timeout=30).json() == {}
    assert simulator.get("/faults").json() == {}
    assert simulator.get(CANDLES).status_code == 200


@pytest.mark.parametrize("body", ["{", "[]", '{"speed": 1}', '{"server_errors": 2}'])
def test_faults_that_cannot_be_change_nothing(simulator: Simulator, body: str) -> None:
    simulator.fail(latency_seconds=0.01)
    answer = requests.post(f"{simulator.url}/faults", data=body, timeout=30)

    assert answer.status_code == 400
    assert "required" in answer.json()["message"]
    assert "\n" not in answer.json()["message"]
    assert simulator.get("/faults").json() == {"latency_seconds": 0.01}


def test_faults_from_a_flag_hold_from_the_start() -> None:
    with running('--faults={"server_errors": 1}') as simulator:
        assert simulator.get(CANDLES).status_code >= 500


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_with_0_at_once_when_asked(number: signal.Signals) -> None:
    with running() as simulator, requests.Session() as session:
        session.get(f"{simulator.url}/products", timeout=30)
        began = perf_counter()
        simulator.process.send_signal(number)

        assert simulator.process.wait(10) == 0
        assert perf_counter() - began < 5


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("origin", "last week"),
        ("faults", "{"),
        ("faults", '{"server_errors": 2}'),
        ("origin", "2999-01-01"),
        ("history_days", 3),
        ("history_days", 4000),
        ("requests_per_second", "nan"),
        ("requests_per_second", "inf"),
        ("requests_per_second", -1),
        ("now", "noon"),
        ("port", -1),
    ],
)
def test_refuses_impossible_flags_in_one_line(flag: str, value: Any) -> None:
    finished = run_room("exchange_simulator", {flag: value})

    assert finished.returncode == 1
    assert flag in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        finished = run_room("exchange_simulator", {"port": taken.getsockname()[1]})

    assert finished.returncode == 1
    assert "a free port is required" in finished.stderr
    assert finished.stderr.count("\n") == 1
