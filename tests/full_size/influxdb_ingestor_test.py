"""The room candle_ingestor against a real InfluxDB and the simulated exchange."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.full_size.influxdb_buckets import Buckets
from tradestream.candle_store.factory import open_candle_store
from tradestream.candle_store.port import CandleStore, Change
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.local.ports import choose
from tradestream.testing.rooms import KILLED, run_room
from tradestream.testing.servers import temporary_folder
from tradestream.testing.simulator import Venue, running_venue

pytestmark = pytest.mark.integration

ROOM = "candle_ingestor"
NOW = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
END = NOW.replace(second=0)
START = END - timedelta(days=1)
SYMBOLS = ("TREND1-USD", "GBM1-USD", "BTC-USD")


@pytest.fixture(scope="module")
def venue() -> Iterator[Venue]:
    with running_venue(NOW) as made:
        yield made


@pytest.fixture
def flags(
    influxdb: InfluxDBServer, venue: Venue, redis_url: str
) -> Iterator[dict[str, object]]:
    yield {
        "redis_url": redis_url,
        "bus_url": redis_url,
        "candles_url": Buckets(influxdb).create(),
        "candles_password_file": influxdb.token_file,
        "coinbase_rest_url": venue.url,
        "requests_per_second": 0,
        "backfill_start": "1d",
        "symbols": ",".join(SYMBOLS),
        "now": NOW.isoformat(),
    }
    venue.fail()


def run(flags: dict[str, object]) -> dict[str, Any]:
    """Return what one run says."""
    finished = run_room(ROOM, flags)
    assert finished.returncode == 0, finished.stderr
    line: dict[str, Any] = json.loads(finished.stderr.splitlines()[-1])
    return line


def bars(store: CandleStore, symbol: str) -> list[tuple[float, ...]]:
    """Return what is stored, as the venue gives it."""
    read = store.read(symbol, 60, START, END)
    columns = (read.opens, read.highs, read.lows, read.closes, read.volumes)
    return list(
        zip(read.open_times.tolist(), *(c.tolist() for c in columns), strict=True)
    )


def content(flags: dict[str, object]) -> list[object]:
    """Return everything that a store holds."""
    url, token = str(flags["candles_url"]), str(flags["candles_password_file"])
    with closing(open_candle_store(url, token)) as store:
        return [
            (
                bars(store, symbol),
                store.changes(symbol, START, END),
                store.checked_holes(symbol),
                store.instrument(symbol),
            )
            for symbol in store.symbols()
        ]


def test_a_run_stores_what_the_venue_has_and_the_next_finds_nothing_new(
    flags: dict[str, object], venue: Venue
) -> None:
    first, second = run(flags), run(flags)

    url, token = str(flags["candles_url"]), str(flags["candles_password_file"])
    with closing(open_candle_store(url, token)) as store:
        assert store.symbols() == sorted(SYMBOLS)
        for symbol in SYMBOLS:
            wanted = [
                (int(at.timestamp()), *numbers)
                for at, *numbers in venue.bars(symbol, START, END)
            ]
            assert bars(store, symbol) == wanted
            assert not [g for g in store.gaps(symbol, START, END) if not g.at_venue]
            assert store.instrument(symbol) is not None
    assert first["inserted"] > 2 * 1440
    assert (second["inserted"], second["corrected"]) == (0, 0)
    assert second["announced"] == 0


def test_a_corrected_bar_is_replaced_and_not_doubled(
    flags: dict[str, object],
) -> None:
    url, token = str(flags["candles_url"]), str(flags["candles_password_file"])
    with closing(open_candle_store(url, token)) as store:
        run(flags)
        series = store.read("TREND1-USD", 60, END - timedelta(minutes=2), END)
        series.volumes[:] += 1
        store.write(series, source="another", written_at=NOW - timedelta(minutes=9))

        said = run({**flags, "symbols": "TREND1-USD"})

        changes = store.changes("TREND1-USD", END - timedelta(minutes=2), END)
    assert said["corrected"] == 2
    assert said["announced"] == 2
    assert changes == [
        Change(END - timedelta(minutes=back), "coinbase", NOW, corrected=True)
        for back in (2, 1)
    ]


def test_bars_that_the_server_refuses_are_named_and_cost_no_other(
    flags: dict[str, object], influxdb: InfluxDBServer, venue: Venue
) -> None:
    buckets = Buckets(influxdb)
    url = buckets.create()
    # Somebody wrote a close as a text; its type holds for a week, to a Monday.
    monday = datetime(2026, 3, 9, tzinfo=UTC)
    wrong = int((monday - timedelta(minutes=1)).timestamp())
    buckets.write(url, f'candles,interval=1m,symbol=X close="1" {wrong}')

    finished = run_room(
        ROOM,
        flags | {"candles_url": url, "backfill_start": "2d", "symbols": "TREND1-USD"},
    )

    assert finished.returncode == 0, finished.stderr
    refused, last = map(json.loads, finished.stderr.splitlines())
    assert (refused["level"], last["failed"]) == ("warning", 1)
    assert "influxdb refused" in refused["reason"]
    assert "field type conflict" in refused["reason"]
    with closing(open_candle_store(url, str(influxdb.token_file))) as store:
        read = store.read("TREND1-USD", 60, monday, END)
    assert len(read) == len(venue.bars("TREND1-USD", monday, END))


@pytest.mark.parametrize(
    "failpoint",
    ["candle_ingestor.bars_written", "candle_ingestor.candles_published"],
)
def test_a_killed_run_is_made_good_by_the_next(
    flags: dict[str, object], influxdb: InfluxDBServer, failpoint: str
) -> None:
    undisturbed = {**flags, "candles_url": Buckets(influxdb).create()}
    run(undisturbed)

    killed = run_room(ROOM, flags, failpoint=failpoint)
    half = content(flags)
    run(flags)

    assert killed.returncode == KILLED
    assert half != content(undisturbed)
    assert content(flags) == content(undisturbed)


def test_a_server_that_restarts_under_a_run_costs_no_bar(
    flags: dict[str, object], venue: Venue
) -> None:
    with temporary_folder("influxdb") as folder:
        server = InfluxDBServer(folder / "data", choose(1)[0], folder / "influxdb.log")
        server.start()
        try:
            flags |= {
                # For ever: the bars of this test grow old.
                "candles_url": Buckets(server).create(),
                "candles_password_file": server.token_file,
                "backfill_start": "10d",
            }
            url, token = str(flags["candles_url"]), str(server.token_file)
            with closing(open_candle_store(url, token)) as store:
                room = start_room(flags)
                while not store.symbols():
                    assert room.poll() is None, room.communicate()[1]
                server.kill()
                server.start()
                told = room.communicate(timeout=120)[1]

                assert room.returncode == 0, told
                assert json.loads(told.splitlines()[-1])["failed"] == 0
                for symbol in SYMBOLS:
                    wanted = venue.bars(symbol, END - timedelta(days=10), END)
                    read = store.read(symbol, 60, END - timedelta(days=11), END)
                    assert read.closes.tolist() == [bar[4] for bar in wanted]
        finally:
            server.stop()


def start_room(flags: dict[str, object]) -> "subprocess.Popen[str]":
    """Start the room and do not wait for it."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            f"services.{ROOM}.main",
            *(f"--{name}={value}" for name, value in flags.items()),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
