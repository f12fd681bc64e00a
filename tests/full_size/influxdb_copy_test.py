"""Candles copied between a real Postgres and a real InfluxDB, and back."""

import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from tests.full_size.influxdb_buckets import YEAR_SECONDS, Buckets
from tradestream.candle_store.factory import open_candle_store
from tradestream.candle_store.port import CandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.instruments import Instrument
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.testing.servers import Databases

pytestmark = pytest.mark.integration

DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - DAY
SYMBOLS = ("BTC-USD", "ETH-USD", "SOL-USD")


@pytest.fixture
def buckets(influxdb: InfluxDBServer) -> Buckets:
    return Buckets(influxdb)


def market(symbol: str, days: int) -> CandleSeries:
    """Return bars up to now, of which some are missing."""
    random = np.random.default_rng(len(symbol) + days)
    times = to_seconds(NOW - days * DAY) + 60 * np.arange(days * 1440)
    times = times[random.random(len(times)) > 0.01]
    closes = np.round(100 + np.cumsum(random.normal(0, 0.1, len(times))) % 50, 4)
    opens = np.round(closes + 0.25, 10)
    volumes = np.round(random.random(len(times)) * 3, 8)
    return CandleSeries(symbol, 60, times, opens, opens, closes, closes, volumes)


def fill(store: CandleStore, days: int = 3) -> None:
    """Write histories with corrections, holes, and increments."""
    for number, symbol in enumerate(SYMBOLS):
        series = market(symbol, days)
        at = NOW - days * DAY + timedelta(microseconds=123_457 + number)
        store.write(series, source="coinbase", written_at=at)
        corrected = series.slice(100, 103)
        corrected.closes[:] = corrected.lows[:] = 70.5 + number
        later = at + timedelta(hours=1)
        store.write(corrected, source="kraken", written_at=later)
        store.write_instruments([Instrument(symbol, 0.0001 * (number + 1), 1e-8)])
        start = NOW - 900 * DAY
        store.record_venue_holes(symbol, [(start, start + 700 * DAY)], checked_at=at)
        store.record_venue_holes(symbol, [(NOW - DAY, NOW)], checked_at=later)


def content(store: CandleStore) -> list[object]:
    """Return everything that a store holds of the last year."""
    span = NOW - 360 * DAY, NOW + DAY
    return [
        (
            symbol,
            store.read(symbol, 60, *span).fingerprint(),
            store.changes(symbol, *span),
            store.corrected_since(symbol, NOW - 900 * DAY),
            store.checked_holes(symbol),
            store.instrument(symbol),
        )
        for symbol in store.symbols()
    ]


def command(*arguments: object) -> list[str]:
    return [
        sys.executable,
        "-m",
        "tradestream.cli.main",
        "candles",
        *map(str, arguments),
    ]


def tradestream(*arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=240, check=False
    )


def test_there_and_back_again(
    databases: Databases, influxdb: InfluxDBServer, buckets: Buckets
) -> None:
    first, last = databases.create(), databases.create()
    between = buckets.create(YEAR_SECONDS)
    with closing(open_candle_store(first)) as store:
        fill(store)
        wanted = content(store)

    there = tradestream(
        "copy", first, between, "--to_password_file", influxdb.token_file
    )
    back = tradestream(
        "copy", between, last, "--from_password_file", influxdb.token_file
    )

    assert (there.returncode, back.returncode) == (0, 0), (there.stderr, back.stderr)
    assert there.stdout == back.stdout
    assert there.stdout.count("days are the same, 4 days were written") == 3
    with closing(open_candle_store(last)) as store:
        assert content(store) == wanted


def test_a_second_copy_writes_nothing(
    databases: Databases, influxdb: InfluxDBServer, buckets: Buckets
) -> None:
    first, between = databases.create(), buckets.create()
    with closing(open_candle_store(first)) as store:
        fill(store)
    arguments = ("copy", first, between, "--to_password_file", influxdb.token_file)
    tradestream(*arguments)

    again = tradestream(*arguments, "--symbol", "ETH-USD", "--from", (NOW - DAY).date())

    assert again.returncode == 0, again.stderr
    assert again.stdout.startswith("ETH-USD: ")
    assert "0 days were written" in again.stdout
    assert again.stdout.count("\n") == 1


@pytest.mark.parametrize("there", [True, False], ids=["to influxdb", "to postgres"])
def test_a_copy_killed_in_the_middle_is_finished_by_the_next(
    databases: Databases, influxdb: InfluxDBServer, buckets: Buckets, there: bool
) -> None:
    urls = [databases.create(), buckets.create()]
    files: list[Path | None] = [None, influxdb.token_file]
    if not there:
        urls, files = urls[::-1], files[::-1]
    with closing(open_candle_store(urls[0], text(files[0]))) as store:
        fill(store, days=20)
        wanted = content(store)
    secret = "--to_password_file" if there else "--from_password_file"
    arguments = ("copy", *urls, secret, influxdb.token_file)

    with closing(open_candle_store(urls[1], text(files[1]))) as target:
        process = subprocess.Popen(
            command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 120
        while "ETH-USD" not in target.symbols() and time.monotonic() < deadline:
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        killed = process.wait()
        half = content(target)
        finished = tradestream(*arguments)

        assert killed == -signal.SIGKILL
        assert half != wanted
        assert finished.returncode == 0, finished.stderr
        assert content(target) == wanted


def test_bars_too_old_for_the_target_are_counted_and_left_out(
    databases: Databases, influxdb: InfluxDBServer, buckets: Buckets
) -> None:
    first, yearly = databases.create(), buckets.create(YEAR_SECONDS)
    series = market("BTC-USD", 1)
    with closing(open_candle_store(first)) as store:
        old = series.slice(0, 500)
        old.open_times[:] -= 365 * 86_400
        store.write(old, source="x", written_at=NOW)
        store.write(series.slice(500, 900), source="x", written_at=NOW)

    done = tradestream("copy", first, yearly, "--to_password_file", influxdb.token_file)

    assert done.returncode == 0, done.stderr
    assert "400 bars" in done.stdout
    assert "500 older than the target keeps were left out" in done.stdout


def test_bars_that_only_the_target_has_stay_and_are_counted(
    databases: Databases, influxdb: InfluxDBServer, buckets: Buckets
) -> None:
    first, between = databases.create(), buckets.create()
    series = market("BTC-USD", 1)
    with closing(open_candle_store(first)) as store:
        store.write(series.slice(10, 500), source="x", written_at=NOW)
    with closing(open_candle_store(between, str(influxdb.token_file))) as store:
        store.write(series.slice(100, 520), source="y", written_at=NOW)

    done = tradestream(
        "copy", first, between, "--to_password_file", influxdb.token_file
    )

    assert "490 bars" in done.stdout
    with closing(open_candle_store(between, str(influxdb.token_file))) as store:
        changes = store.changes("BTC-USD", NOW - 2 * DAY, NOW)
    assert [c.source for c in changes] == ["x"] * 490 + ["y"] * 20


def test_a_symbol_without_bars_is_named(
    databases: Databases, influxdb: InfluxDBServer, buckets: Buckets
) -> None:
    done = tradestream(
        "copy", databases.create(), buckets.create(), "--symbol", "NO-USD",
        "--to_password_file", influxdb.token_file,
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr == (
        "tradestream: no bars of NO-USD, the store has no bars yet\n"
    )


def text(path: Path | None) -> str | None:
    return None if path is None else str(path)
