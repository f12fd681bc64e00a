"""Kafka: the factory's requests, and the full mix from factory to rows.

Part of `make benchmark BENCH=full_size`; alone: `python -m benchmarks._full_size_bus`.
One broker, InfluxDB, Postgres, and Valkey share the machine with the rooms.
"""

import contextlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks import factory, pipeline
from benchmarks._full_size_candles import running_influxdb
from benchmarks.figures import Figure, report
from services.strategy_discovery_request_factory.ask import WORKER_GROUP
from tradestream.bus.declared_topics import read_declared
from tradestream.bus.factory import open_bus
from tradestream.bus.kafka_topics import apply_topics
from tradestream.bus.security import BusSecurity
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.candles import to_datetime
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.redis import connect as connect_redis
from tradestream.testing import servers
from tradestream.testing.rooms import run_room

RUNS = 3
WANTED_FACTORY, AIM_FACTORY = 1.5, 0.8
WANTED_PIPELINE = 35.0


@contextlib.contextmanager
def running_kafka() -> Iterator[KafkaServer]:
    """Run one broker with all topics, gone at the end."""
    with servers.temporary_folder("kafka") as folder:
        server = KafkaServer(folder)
        try:
            server.start()
            apply_topics(server.url, BusSecurity(), read_declared(), replication=1)
            yield server
        finally:
            server.stop()


def measure_factory() -> list[Figure]:
    """Return how long 9,600 requests take, each run on a broker of its own."""
    with servers.postgres_server() as postgres, servers.valkey_server() as valkey:
        databases = servers.Databases(postgres)
        url = databases.create()
        factory.fill(url)
        took = [_ask(url, valkey.url()) for _ in range(RUNS)]
        databases.close()
    return [
        Figure(
            "factory → Kafka, 9,600 requests, process start to last ack",
            median(took), "s", WANTED_FACTORY, less_is_better=True, aim=AIM_FACTORY,
            spread=(min(took), max(took)),
        )
    ]  # fmt: skip


def _ask(url: str, redis_url: str) -> float:
    redis = connect_redis(redis_url)
    redis.flushall()
    redis.close()
    with running_kafka() as kafka:
        flags: dict[str, object] = {
            "bus_url": kafka.url,
            "redis_url": redis_url,
            "candles_url": url,
            "symbols": ",".join(factory.SYMBOLS),
            "windows": ",".join(map(str, factory.windows())),
            "now": to_datetime(factory.END).isoformat(),
            "max_lag": 10**9,
        }
        started = time.perf_counter()
        finished = run_room(factory.ROOM, flags)
        elapsed = time.perf_counter() - started
        bus = open_bus(kafka.url)
        asked = bus.lag(DISCOVERY_REQUESTS, WORKER_GROUP)
        bus.close()
    if asked != factory.WANTED_REQUESTS:
        raise RuntimeError(
            f"{factory.WANTED_REQUESTS} requests are required, was {asked}:"
            f" {finished.stderr}"
        )
    return elapsed


def measure_pipeline() -> list[Figure]:
    """Return how long the full mix takes from the factory's start to rows."""
    with (
        servers.postgres_server() as postgres,
        servers.valkey_server() as valkey,
        running_influxdb() as influxdb,
        running_kafka() as kafka,
    ):
        databases = servers.Databases(postgres)
        token = Path(influxdb.token_file)
        longest = max(pipeline.DAY_WINDOWS) + 10
        pipeline.fill(influxdb.url, longest, pipeline.SYMBOLS, token)
        redis = connect_redis(valkey.url(), None)
        redis.set("top_cryptocurrencies", json.dumps(pipeline.SYMBOLS))
        redis.close()
        places = pipeline.Places(
            databases.create(), valkey.url(), kafka.url, influxdb.url, token
        )
        figures = pipeline.measure(
            places, pipeline.DAY_WINDOWS, len(pipeline.SYMBOLS), WANTED_PIPELINE
        )
        databases.close()
    return figures


if __name__ == "__main__":
    sys.exit(report("full_size_bus", [*measure_factory(), *measure_pipeline()]))
