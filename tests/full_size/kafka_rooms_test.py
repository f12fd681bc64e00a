"""Requests, searches, and rows over Kafka, with kills at every step."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from psycopg2.extensions import connection as Connection

from tests.full_size.kafka_world import WITHIN_SECONDS, topics, wait_until
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)
from tradestream.candle_store.factory import open_candle_store
from tradestream.candles import CandleSeries, to_datetime
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing.markets import random_walk
from tradestream.testing.rooms import KILLED, run_room

SYMBOLS = ("ONE-USD", "TWO-USD", "SIX-USD")
STRATEGIES = ("SMA_RSI", "EMA_MACD", "BBAND_W_R")
WINDOWS = (500, 800)
REQUESTS = len(SYMBOLS) * len(STRATEGIES) * len(WINDOWS)
END = to_datetime(int(random_walk(1_000).open_times[-1]) + 60)
FACTORY = "strategy_discovery_request_factory"
WORKER = "strategy_discovery"
CONSUMER = "strategy_consumer"
TOPICS = {
    DISCOVERY_REQUESTS: 6,
    DISCOVERED_STRATEGIES: 3,
    dead_letters(DISCOVERY_REQUESTS): 1,
    dead_letters(DISCOVERED_STRATEGIES): 1,
}


class Rooms:
    """The three rooms on one bus."""

    def __init__(self, bus_url: str, redis_url: str, postgres_url: str) -> None:
        shared = {"bus_url": bus_url, "now": END.isoformat()}
        self.flags: dict[str, dict[str, object]] = {
            FACTORY: {
                **shared,
                "redis_url": redis_url,
                "candles_url": postgres_url,
                "windows": ",".join(map(str, WINDOWS)),
                "strategies": ",".join(STRATEGIES),
                "population_size": 10,
                "max_generations": 3,
            },
            WORKER: {
                **shared,
                "candles_url": postgres_url,
                "member": "test",
                "workers": 2,
                "drain": True,
            },
            CONSUMER: {**shared, "postgres_url": postgres_url, "batch": 7},
        }

    def run(self, room: str, failpoint: str | None = None, **more: object) -> int:
        """Run a room to its end; return its exit status."""
        finished = run_room(room, self.flags[room] | more, failpoint=failpoint)
        assert finished.returncode in (0, KILLED), finished.stderr
        return finished.returncode

    def run_all(self) -> None:
        """Run the main line once."""
        for room in self.flags:
            assert self.run(room) == 0


@pytest.fixture(autouse=True)
def filled(postgres_url: str, redis_client: Any) -> None:
    """Traded symbols, and their bars."""
    store = open_candle_store(postgres_url)
    for seed, symbol in enumerate(SYMBOLS):
        walk = random_walk(1_000, seed=seed)
        columns = (walk.opens, walk.highs, walk.lows, walk.closes, walk.volumes)
        bars = CandleSeries(symbol, 60, walk.open_times.astype(np.int64), *columns)
        store.write(bars, source="test", written_at=datetime(2026, 1, 1, tzinfo=UTC))
    store.close()
    redis_client.set("top_cryptocurrencies", json.dumps(SYMBOLS))


@pytest.fixture
def bus(kafka: KafkaServer) -> Iterator[KafkaBus]:
    """Return the bus that the rooms use, with their topics."""
    with ExitStack() as stack:
        stack.enter_context(topics(kafka, TOPICS))
        opened = KafkaBus(kafka.url)
        stack.callback(opened.close)
        yield opened


def stored(postgres: Connection) -> dict[str, list[Any]]:
    """Return all rows of what was found."""
    with postgres, postgres.cursor() as cursor:
        found = {}
        for table in ("strategies", "evaluations", "trials"):
            cursor.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def empty(postgres: Connection, redis_client: Any) -> None:
    """Forget all that was found or asked."""
    redis_client.flushall()
    redis_client.set("top_cryptocurrencies", json.dumps(SYMBOLS))
    with postgres, postgres.cursor() as cursor:
        cursor.execute("TRUNCATE strategies, evaluations, trials CASCADE")


def test_kills_between_all_steps_leave_what_no_kill_leaves_on_redis(
    kafka: KafkaServer,
    bus: KafkaBus,
    redis_url: str,
    redis_client: Any,
    postgres_url: str,
    postgres: Connection,
) -> None:
    Rooms(redis_url, redis_url, postgres_url).run_all()
    on_redis = stored(postgres)
    empty(postgres, redis_client)
    rooms = Rooms(kafka.url, redis_url, postgres_url)

    assert rooms.run(FACTORY, "factory.published") == KILLED
    assert rooms.run(FACTORY) == 0
    # Its parent replaces the worker that dies.
    assert rooms.run(WORKER, f"{WORKER}.results_published") == 0
    for point in ("database_committed:2", "dead_letters_published"):
        assert rooms.run(CONSUMER, f"{CONSUMER}.{point}") == KILLED
    rooms.run_all()

    assert len(on_redis["trials"]) == REQUESTS
    assert stored(postgres) == on_redis
    assert bus.lag(DISCOVERY_REQUESTS, WORKER) == 0
    assert bus.lag(DISCOVERED_STRATEGIES, CONSUMER) == 0
    assert bus.newest(dead_letters(DISCOVERY_REQUESTS), 10) == []


def test_the_factory_waits_for_workers_that_are_behind(
    kafka: KafkaServer, bus: KafkaBus, redis_url: str, postgres_url: str
) -> None:
    rooms = Rooms(kafka.url, redis_url, postgres_url)

    assert rooms.run(FACTORY, max_lag=0) == 0
    asked = bus.lag(DISCOVERY_REQUESTS, WORKER)
    assert rooms.run(FACTORY, max_lag=0, top_n=4) == 0

    assert asked == REQUESTS
    assert bus.lag(DISCOVERY_REQUESTS, WORKER) == REQUESTS

    assert rooms.run(WORKER) == 0
    assert rooms.run(FACTORY, max_lag=0, top_n=4) == 0
    assert bus.lag(DISCOVERY_REQUESTS, WORKER) == REQUESTS


def test_a_worker_that_is_asked_to_stop_leaves_its_requests_to_others(
    kafka: KafkaServer, bus: KafkaBus, redis_url: str, postgres_url: str
) -> None:
    rooms = Rooms(kafka.url, redis_url, postgres_url)
    rooms.run(FACTORY, population_size=50, max_generations=30)
    given = rooms.flags[WORKER] | {"drain": False, "grace_seconds": 0, "max_batch": 3}
    process = subprocess.Popen(
        [sys.executable, "-m", f"services.{WORKER}.main"]
        + [f"--{name}={value}" for name, value in given.items()],
        stderr=subprocess.PIPE,
        text=True,
    )

    wait_until(lambda: bus.lag(DISCOVERY_REQUESTS, WORKER) < REQUESTS, "it works")
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=WITHIN_SECONDS)

    assert process.returncode == 0, errors
    # Another name: it does not wait for the session of the first to end.
    assert rooms.run(WORKER, member="other") == 0
    assert bus.lag(DISCOVERY_REQUESTS, WORKER) == 0
    found = {
        r.message.headers["request_id"] for r in bus.newest(DISCOVERED_STRATEGIES, 5000)
    }
    assert len(found) == REQUESTS
