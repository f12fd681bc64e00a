"""Candles of the full size: writes against the client's points, reads, ingestion.

Part of `make benchmark BENCH=full_size`; alone:
`python -m benchmarks._full_size_candles`. Real InfluxDB and Postgres; servers,
simulator, and measured processes share the machine's cores.
"""

import contextlib
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figures import Figure, report
from benchmarks.ingestion import BARS, DAYS, NOW, SYMBOLS, run
from tradestream.candle_store.factory import open_candle_store
from tradestream.candle_store.influxdb_settings import parse_url
from tradestream.candle_store.port import CandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.local.ports import choose
from tradestream.testing import servers
from tradestream.testing.simulator import running_venue

WINDOW = timedelta(days=90)
ROUNDS = 5
_SOURCE = "coinbase"


@contextlib.contextmanager
def running_influxdb() -> Iterator[InfluxDBServer]:
    """Run a server that forgets everything at the end."""
    with servers.temporary_folder("influxdb") as folder:
        server = InfluxDBServer(folder / "data", choose(1)[0], folder / "influxdb.log")
        try:
            server.start()
            yield server
        finally:
            server.stop()


def ninety_days(symbol: str, end: datetime) -> CandleSeries:
    """Return 129,600 made-up bars with the decimals of a real market."""
    count = int(WINDOW.total_seconds()) // 60
    random = np.random.default_rng(1)
    closes = np.round(30_000 + np.cumsum(random.normal(0, 5, count)), 2)
    opens = np.round(closes + random.normal(0, 1, count), 2)
    highs = np.round(np.maximum(opens, closes) + 0.5, 2)
    lows = np.round(np.minimum(opens, closes) - 0.5, 2)
    volumes = np.round(random.random(count) * 50, 8)
    times = to_seconds(end - WINDOW) + 60 * np.arange(count)
    return CandleSeries(symbol, 60, times, opens, highs, lows, closes, volumes)


def write_points(server: InfluxDBServer, series: CandleSeries, at: datetime) -> None:
    """Write bars as the client's guide shows it: one Point a bar, in batches."""
    from influxdb_client.client.influxdb_client import InfluxDBClient
    from influxdb_client.client.write.point import Point
    from influxdb_client.client.write_api import WriteOptions

    settings = parse_url(server.url)
    token = server.token_file.read_text().strip()
    columns = (
        series.open_times.tolist(),
        series.opens.tolist(),
        series.highs.tolist(),
        series.lows.tolist(),
        series.closes.tolist(),
        series.volumes.tolist(),
    )
    with (
        InfluxDBClient(settings.base_url, token, org=settings.org) as client,
        client.write_api(WriteOptions(batch_size=5_000)) as api,
    ):
        for t, o, h, low, c, v in zip(*columns, strict=True):
            point: Any = Point("candles")  # type: ignore[no-untyped-call]  # no stubs
            point.tag("symbol", series.symbol).tag("interval", "1m")
            point.field("open", o).field("high", h).field("low", low)
            point.field("close", c).field("volume", v).field("source", _SOURCE)
            point.field("written_at", int(at.timestamp() * 1_000_000))
            point.time(t, "s")
            api.write(settings.bucket, record=point)


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that something takes, and those of our processor time."""
    begun, used = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - begun, time.process_time() - used


def read_figure(store: CandleStore, series: CandleSeries, name: str, limit: float,
                aim: float) -> Figure:  # fmt: skip
    """Return the time of a 90-day window of one symbol into arrays."""
    start = datetime.fromtimestamp(int(series.open_times[0]), UTC)
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        read = store.read(series.symbol, 60, start, start + WINDOW)
        taken.append((time.perf_counter() - begun) * 1_000)
        if read.fingerprint() != series.fingerprint():
            raise RuntimeError(f"the very bars are required, was {len(read)} others")
    return Figure(
        f"90 days of one symbol from {name} into arrays, median",
        statistics.median(taken), "ms", limit, True, aim, (min(taken), max(taken)),
    )  # fmt: skip


def writes_and_reads() -> list[Figure]:
    """Return the figures of one symbol's 90 days in both stores."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    with contextlib.ExitStack() as stack:
        influxdb = stack.enter_context(running_influxdb())
        databases = servers.Databases(stack.enter_context(servers.postgres_server()))
        stack.callback(databases.close)
        stores = [
            stack.enter_context(contextlib.closing(opened))
            for opened in (
                open_candle_store(influxdb.url, str(influxdb.token_file)),
                open_candle_store(databases.create()),
            )
        ]
        store, postgres = stores
        ours, points = [], []
        for number in range(ROUNDS):
            series = ninety_days(f"OURS{number}-USD", now)
            ours.append(
                timed(partial(store.write, series, source=_SOURCE, written_at=now))
            )
            other = ninety_days(f"POINTS{number}-USD", now)
            points.append(timed(partial(write_points, influxdb, other, now)))
        ratios, processor = (
            [slow[kind] / fast[kind] for slow, fast in zip(points, ours, strict=True)]
            for kind in (0, 1)
        )
        postgres.write(series, source=_SOURCE, written_at=now)
        rate = len(series) / statistics.median(seconds for seconds, _ in ours)
        return [
            Figure(
                "writes to InfluxDB against the client's points, median",
                statistics.median(ratios), "×", 3, False, 5,
                (min(ratios), max(ratios)),
            ),
            Figure(
                "processor time of the writer against the client's points, median",
                statistics.median(processor), "×",
            ),
            Figure("bars written to InfluxDB, median", rate, "bars/s"),
            read_figure(store, series, "InfluxDB", 400, 250),
            read_figure(postgres, series, "Postgres", 300, 150),
        ]  # fmt: skip


def ingestion() -> list[Figure]:
    """Return the figures of the room `candle_ingestor` against InfluxDB."""
    with contextlib.ExitStack() as stack:
        venue = stack.enter_context(running_venue(NOW, history_days=DAYS + 1))
        influxdb = stack.enter_context(running_influxdb())
        redis_url = stack.enter_context(servers.valkey_server()).url()
        symbols = [entry["id"] for entry in venue.get("/products")][:SYMBOLS]
        flags: dict[str, object] = {
            "redis_url": redis_url,
            "bus_url": redis_url,
            "candles_url": influxdb.url,
            "candles_password_file": influxdb.token_file,
            "coinbase_rest_url": venue.url,
            "requests_per_second": 0,
            "run_budget": 600,
            "backfill_start": f"{DAYS}d",
            "symbols": ",".join(symbols),
            "now": NOW.isoformat(),
        }
        seconds, said = run(flags)
        if said["symbols"] != SYMBOLS or said["inserted"] < 0.95 * BARS:
            raise RuntimeError(f"{BARS} bars of {SYMBOLS} are required, was {said}")
        steady = statistics.median(run(flags)[0] for _ in range(ROUNDS))
    what = f"{SYMBOLS} symbols × {DAYS} days into InfluxDB caught up"
    return [
        Figure(what, seconds, "s", 60, True),
        Figure(f"steady run of {SYMBOLS} symbols on InfluxDB, median", steady, "s"),
    ]


def figures() -> list[Figure]:
    """Return all figures of candles."""
    return [*writes_and_reads(), *ingestion()]


if __name__ == "__main__":
    sys.exit(report(Path(__file__).stem.strip("_"), figures()))
