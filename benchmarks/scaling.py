"""Many symbols through real rooms: `make benchmark BENCH=scaling`.

What docs/scaling.md builds on. The exchange simulator lists its markets under further
names, without limits of its own; `candle_ingestor` brings in days of each, then the
minute that the next run finds; the factory asks for each. Bars stand in InfluxDB,
requests in Kafka.
"""

import argparse
import contextlib
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from benchmarks._full_size_bus import running_kafka
from benchmarks._full_size_candles import running_influxdb
from benchmarks.figures import Figure, report
from benchmarks.pipeline import finish
from benchmarks.pipeline import room as start
from services.strategy_discovery_request_factory.ask import WORKER_GROUP
from tradestream.bus.factory import open_bus
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.redis import connect as connect_redis
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing import servers
from tradestream.testing.simulator import running_venue

NOW = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
DAYS = 2
WINDOW = 1_440
MARKETS = 22


def main() -> int:
    """Measure, print, and write build/benchmarks/scaling.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--symbols", type=int, default=1_000)
    wanted = parser.parse_args().symbols
    return report("scaling", measure(wanted))


def measure(wanted: int) -> list[Figure]:
    """Return the figures of so many symbols."""
    with contextlib.ExitStack() as stack:
        venue = stack.enter_context(
            running_venue(NOW, history_days=14, twins=wanted // MARKETS + 1)
        )
        symbols = [entry["id"] for entry in venue.get("/products")][:wanted]
        redis_url = stack.enter_context(servers.valkey_server()).url()
        redis = connect_redis(redis_url)
        redis.set("top_cryptocurrencies", json.dumps(symbols))
        redis.close()
        influxdb = stack.enter_context(running_influxdb())
        kafka = stack.enter_context(running_kafka())
        flags: dict[str, object] = {
            "redis_url": redis_url,
            "bus_url": kafka.url,
            "candles_url": influxdb.url,
            "candles_password_file": influxdb.token_file,
        }
        ingest = {
            **flags,
            "coinbase_rest_url": venue.url,
            "requests_per_second": 0,
            "run_budget": 600,
            "backfill_start": f"{DAYS}d",
        }
        before = NOW - timedelta(minutes=1)
        caught_up, stored = _run("candle_ingestor", {**ingest, "now": _iso(before)})
        steady, found = _run("candle_ingestor", {**ingest, "now": _iso(NOW)})
        asks = {**flags, "windows": WINDOW, "max_lag": 10**9, "now": _iso(NOW)}
        asked_in, _ = _run("strategy_discovery_request_factory", asks)
        bus = open_bus(kafka.url)
        asked = bus.lag(DISCOVERY_REQUESTS, WORKER_GROUP)
        bus.close()
        handle = influxdb.running()
        held = psutil.Process(handle.pid).memory_info().rss if handle else 0
        bars = stored["inserted"] + found["inserted"]
        bar_bytes = _bytes(influxdb.folder / "engine") / bars
        request_bytes = _bytes(kafka.folder) / asked
    if asked < 0.9 * len(symbols) * len(CATALOGUE):  # one kind of market has holes
        raise RuntimeError(f"requests of {len(symbols)} symbols, was {asked}")
    return [
        Figure("symbols", len(symbols), "symbols"),
        Figure(f"{DAYS} days of each caught up", caught_up, "s"),
        Figure("bars stored in that run", stored["inserted"] / caught_up, "bars/s"),
        Figure("bars of the next minute", found["inserted"], "bars"),
        Figure("a run of the next minute", steady, "s", 60, less_is_better=True),
        Figure("requests asked", asked, "requests"),
        Figure("factory, process start to exit", asked_in, "s"),
        Figure("memory of InfluxDB", held / 2**20, "MiB"),
        Figure("disk of InfluxDB a bar, not compacted", bar_bytes, "B"),
        Figure("disk of Kafka a request, with the topic candles", request_bytes, "B"),
    ]


def _run(room: str, flags: dict[str, object]) -> tuple[float, dict[str, int]]:
    begun = time.perf_counter()
    said = finish(start(room, flags))
    return time.perf_counter() - begun, json.loads(said.splitlines()[-1])


def _bytes(folder: Path) -> int:
    files = (path.stat() for path in folder.rglob("*") if path.is_file())
    return 512 * sum(file.st_blocks for file in files)  # indexes are mostly holes


def _iso(at: datetime) -> str:
    return at.isoformat()


if __name__ == "__main__":
    sys.exit(main())
