"""The client and the room against a server that speaks the wire format."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from services.top_crypto_updater.coinmarketcap import (
    CoinMarketCap,
    InvalidRankingError,
)
from services.top_crypto_updater.ranking import Asset
from services.top_crypto_updater.symbols import RedisSymbols
from tradestream.errors import ConfigurationError, InvalidDataError, UnavailableError
from tradestream.redis import Redis

REPOSITORY = Path(__file__).parents[2]


@dataclass
class Listings:
    """A stand-in that answers what it is told to."""

    status: int = 200
    body: bytes = b"{}"
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, *rows: dict[str, Any]) -> None:
        good = {"error_code": 0, "error_message": None}
        self.body = json.dumps({"status": good, "data": list(rows)}).encode()


@pytest.fixture
def listings() -> Iterator[Listings]:
    served = Listings()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.keys.append(self.headers.get("X-CMC_PRO_API_KEY"))
            served.paths.append(self.path)
            self.send_response(served.status)
            self.send_header("Content-Length", str(len(served.body)))
            self.end_headers()
            self.wfile.write(served.body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


def row(
    identity: int, symbol: str, cap: float | None, tags: list[str] | None = None
) -> dict[str, Any]:
    return {
        "id": identity,
        "symbol": symbol,
        "tags": tags,
        "quote": {"USD": {"market_cap": cap}},
    }


def client(listings: Listings) -> CoinMarketCap:
    return CoinMarketCap(listings.url, "secret", depth=50)


def test_reads_the_ranking_with_the_key_in_a_header(listings: Listings) -> None:
    listings.answer(
        row(1, "btc", 1.5e12), row(825, "USDT", 9e10, ["stablecoin"]), row(7, "X", None)
    )

    assets = client(listings).fetch()

    assert assets == [
        Asset(1, "BTC", Decimal("1500000000000.0")),
        Asset(825, "USDT", Decimal("90000000000.0"), stablecoin=True),
    ]
    assert listings.keys == ["secret"]
    assert listings.paths == [
        "/v1/cryptocurrency/listings/latest?start=1&limit=50&convert=USD"
    ]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_cannot_now_is_unavailable(
    listings: Listings, status: int
) -> None:
    listings.status = status
    listings.body = b'{"status":{"error_code":1008,"error_message":"slow down"}}'

    with pytest.raises(UnavailableError, match=f"{status}: slow down"):
        client(listings).fetch()


def test_truncated_json_is_unavailable(listings: Listings) -> None:
    listings.body = b'{"data":[{"id":1,'

    with pytest.raises(UnavailableError, match="no JSON"):
        client(listings).fetch()


def test_a_refused_key_is_not_tried_again(listings: Listings) -> None:
    listings.status = 401
    listings.body = b'{"status":{"error_code":1001,"error_message":"invalid key"}}'

    with pytest.raises(ConfigurationError, match="refused the key: invalid key"):
        client(listings).fetch()


@pytest.mark.parametrize("body", [b"[]", b'{"data":null}', b'{"data":[{"id":1}]}'])
def test_an_answer_of_another_shape_is_no_ranking(
    listings: Listings, body: bytes
) -> None:
    listings.body = body

    with pytest.raises(InvalidRankingError, match="is required, was"):
        client(listings).fetch()


def run_room(
    listings: Listings, redis_url: str, key: Path
) -> "subprocess.CompletedProcess[str]":
    command = [
        sys.executable,
        "-m",
        "services.top_crypto_updater.main",
        f"--redis_url={redis_url}",
        f"--coinmarketcap_url={listings.url}",
        f"--coinmarketcap_key_file={key}",
        "--limit=2",
        "--now=2026-03-01T12:00:00Z",
    ]
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=False
    )


@pytest.mark.integration
def test_the_room_writes_the_list_and_leaves_it_when_the_ranking_fails(
    listings: Listings, redis_url: str, redis_client: Redis, tmp_path: Path
) -> None:
    key = tmp_path / "key"
    key.write_text("secret\n")
    listings.answer(row(1, "BTC", 3.0), row(2, "ETH", 2.0), row(3, "XRP", 1.0))

    assert run_room(listings, redis_url, key).returncode == 0
    assert redis_client.get("top_cryptocurrencies") == '["BTC-USD", "ETH-USD"]'

    listings.answer()
    empty = run_room(listings, redis_url, key)
    assert empty.returncode == 1
    assert "at least one symbol to trade is required" in empty.stderr
    assert "Traceback" not in empty.stderr

    listings.status = 503
    assert run_room(listings, redis_url, key).returncode == 75
    assert redis_client.get("top_cryptocurrencies") == '["BTC-USD", "ETH-USD"]'


@pytest.mark.integration
def test_a_missing_key_file_is_one_clear_line(
    listings: Listings, redis_url: str, tmp_path: Path
) -> None:
    finished = run_room(listings, redis_url, tmp_path / "absent")

    assert finished.returncode == 1
    assert "absent" in finished.stderr
    assert "Traceback" not in finished.stderr


@pytest.mark.integration
def test_a_list_of_another_shape_is_named(redis_client: Redis) -> None:
    redis_client.set("top_cryptocurrencies", "BTC-USD")

    with pytest.raises(InvalidDataError, match="a JSON list of symbols is required"):
        RedisSymbols(redis_client).read()
