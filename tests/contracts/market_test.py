"""T8, T13, T14, T15: which symbols are traded, and their minutes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from protos.marketdata.v1.candle_pb2 import Candle
from tests.contracts.gateway import Gateway
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import CANDLES
from tradestream.postgres import connect
from tradestream.redis import Redis
from tradestream.testing.rooms import run_room
from tradestream.testing.simulator import KEY, Bar, Venue, running_venue

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
CLOSED = NOW.replace(second=0)
MINUTE = timedelta(minutes=1)
SYMBOL = "TREND1-USD"
SYMBOLS_KEY = "top_cryptocurrencies"
RETIRED_KEY = "retired_cryptocurrencies"


@pytest.fixture(scope="module")
def held_venue() -> Iterator[Venue]:
    with running_venue(NOW) as venue:
        yield venue


@pytest.fixture
def venue(held_venue: Venue) -> Iterator[Venue]:
    held_venue.fail()
    yield held_venue
    held_venue.fail()


@pytest.fixture
def updater(venue: Venue, redis_url: str, tmp_path: Path) -> dict[str, object]:
    """Return the flags of `top_crypto_updater`."""
    key = tmp_path / "key"
    key.write_text(KEY)
    return {
        "redis_url": redis_url,
        "coinmarketcap_url": venue.url,
        "coinmarketcap_key_file": key,
        "now": NOW.isoformat(),
    }


@pytest.fixture
def ingestor(venue: Venue, redis_url: str, postgres_url: str) -> dict[str, object]:
    """Return the flags of `candle_ingestor` for two days of one symbol."""
    return {
        "redis_url": redis_url,
        "bus_url": redis_url,
        "candles_url": postgres_url,
        "coinbase_rest_url": venue.url,
        "requests_per_second": 500,
        "backfill_start": (CLOSED - timedelta(days=2)).isoformat(),
        "symbols": SYMBOL,
        "now": NOW.isoformat(),
    }


def run(room: str, flags: dict[str, object]) -> None:
    finished = run_room(room, flags)
    assert finished.returncode == 0, finished.stderr


def stored(url: str, symbol: str = SYMBOL) -> list[Bar]:
    connection = connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT timestamp, open::float8, high::float8, low::float8, close::float8,"
            " volume::float8 FROM market_data WHERE symbol = %s ORDER BY 1",
            (symbol,),
        )
        bars: list[Bar] = list(cursor.fetchall())
    connection.close()
    return bars


def test_T08_the_20_largest_first_without_stablecoins_and_doubles(
    venue: Venue, updater: dict[str, object], redis_client: Redis
) -> None:
    run("top_crypto_updater", updater)

    listed = venue.get("/v1/cryptocurrency/listings/latest", limit=5000)["data"]
    symbols = json.loads(str(redis_client.get(SYMBOLS_KEY)))
    largest: dict[str, float] = {}
    for row in listed:
        cap = row["quote"]["USD"]["market_cap"]
        largest[row["symbol"]] = max(cap, largest.get(row["symbol"], 0))
    caps = [largest[symbol.removesuffix("-USD")] for symbol in symbols]
    assert len(symbols) == len(set(symbols)) == 20
    assert "USDT-USD" not in symbols
    assert caps == sorted(caps, reverse=True)


@pytest.mark.parametrize("fault", ["server_errors", "wrong_bodies", "truncated_json"])
def test_T15_a_failed_answer_leaves_the_old_list(
    venue: Venue, updater: dict[str, object], redis_client: Redis, fault: str
) -> None:
    redis_client.set(SYMBOLS_KEY, '["OLD-USD"]')
    venue.fail(**{fault: 1.0})

    finished = run_room("top_crypto_updater", updater)

    assert finished.returncode != 0
    assert redis_client.get(SYMBOLS_KEY) == '["OLD-USD"]'


def test_T15_a_symbol_that_leaves_is_ingested_for_seven_more_days(
    updater: dict[str, object], redis_client: Redis
) -> None:
    redis_client.set(SYMBOLS_KEY, '["OLD-USD"]')

    run("top_crypto_updater", updater)

    retired = dict(redis_client.hscan_iter(RETIRED_KEY))
    assert list(retired) == ["OLD-USD"]
    assert datetime.fromisoformat(retired["OLD-USD"]) == NOW + timedelta(days=7)


def test_T13_stores_every_closed_minute_that_the_venue_has(
    venue: Venue, ingestor: dict[str, object], postgres_url: str
) -> None:
    run("candle_ingestor", ingestor)

    wanted = venue.bars(SYMBOL, CLOSED - timedelta(days=2), CLOSED)
    assert len(wanted) > 2800
    assert stored(postgres_url) == wanted


def test_T13_after_any_number_of_kills_nothing_is_missing_partial_or_twice(
    venue: Venue, ingestor: dict[str, object], postgres_url: str
) -> None:
    for milliseconds in (350, 500, 650, 800):
        kill_after(milliseconds / 1000, "candle_ingestor", ingestor)

    run("candle_ingestor", ingestor)

    assert stored(postgres_url) == venue.bars(
        SYMBOL, CLOSED - timedelta(days=2), CLOSED
    )


def test_T13_a_bar_of_the_last_three_is_read_again_and_corrected(
    venue: Venue,
    ingestor: dict[str, object],
    postgres_url: str,
    redis_bus: RedisStreamsBus,
) -> None:
    run("candle_ingestor", ingestor)
    before = stored(postgres_url)
    at = CLOSED - 2 * MINUTE
    venue.fail(corrected_bars=[at.isoformat()])

    run("candle_ingestor", ingestor)

    changed = set(stored(postgres_url)) - set(before)
    assert [bar[0] for bar in changed] == [at]
    newest = Candle.FromString(redis_bus.newest(CANDLES, 1)[0].message.value)
    assert newest.open_time.ToDatetime(UTC) == at


def test_T13_a_gap_is_repaired_and_a_hole_of_the_venue_is_remembered(
    venue: Venue, ingestor: dict[str, object], postgres_url: str
) -> None:
    hole = CLOSED - timedelta(hours=5)
    venue.fail(missing_minutes=[hole.isoformat()])
    run("candle_ingestor", ingestor)
    connection = connect(postgres_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM market_data WHERE timestamp >= %s AND timestamp < %s",
            (CLOSED - timedelta(hours=4), CLOSED - timedelta(hours=3)),
        )

    run("candle_ingestor", ingestor)

    assert stored(postgres_url) == venue.bars(
        SYMBOL, CLOSED - timedelta(days=2), CLOSED
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM venue_holes WHERE start_at <= %s AND end_at > %s",
            (hole, hole),
        )
        assert cursor.fetchone() == (1,)
    connection.close()


def test_T13_only_the_last_hour_goes_to_the_topic(
    ingestor: dict[str, object], redis_bus: RedisStreamsBus
) -> None:
    run("candle_ingestor", ingestor)

    said = [
        Candle.FromString(record.message.value).open_time.ToDatetime(UTC)
        for record in redis_bus.newest(CANDLES, 10_000)
    ]
    assert 55 <= len(said) <= 61
    assert min(said) >= CLOSED - timedelta(hours=1) - MINUTE


def test_T14_20_symbols_in_one_run_well_inside_its_minute(
    redis_url: str, postgres_url: str
) -> None:
    with running_venue() as live:
        symbols = [row["id"] for row in live.get("/products")][:20]
        flags: dict[str, object] = {
            "redis_url": redis_url,
            "bus_url": redis_url,
            "candles_url": postgres_url,
            "coinbase_rest_url": live.url,
            "requests_per_second": 500,
            "backfill_start": "1d",
            "symbols": ",".join(symbols),
        }
        began = time.monotonic()
        run("candle_ingestor", flags)
        seconds = time.monotonic() - began
        newest = datetime.now(UTC) - 3 * MINUTE

    assert len(symbols) == 20
    assert seconds < 45
    for symbol in symbols:
        bars = stored(postgres_url, symbol)
        assert len(bars) > 1000, symbol
        assert bars[-1][0] >= newest, symbol


@pytest.mark.parametrize("room", ["top_crypto_updater", "candle_ingestor"])
def test_T25_a_job_of_the_market_pushes_its_metrics(
    updater: dict[str, object],
    ingestor: dict[str, object],
    gateway: Gateway,
    room: str,
) -> None:
    flags = updater if room == "top_crypto_updater" else ingestor

    run(room, {**flags, "pushgateway_url": gateway.url})

    pushed = gateway.pushed[room]
    assert f"\ntradestream_{room}_last_success_timestamp_seconds " in f"\n{pushed}"


def kill_after(seconds: float, room: str, flags: dict[str, object]) -> None:
    """Start a room, and SIGKILL it after some time unless it has ended."""
    given = [f"--{name}={value}" for name, value in flags.items()]
    process = subprocess.Popen(
        [sys.executable, "-m", f"services.{room}.main", *given],
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
