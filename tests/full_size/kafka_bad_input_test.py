"""What rooms say of brokers, topics, and messages that are not as they should be."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource

from tests.full_size.kafka_world import make, topics, wait_until
from tradestream.bus.dead_letter import REASON
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.port import Message
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)
from tradestream.candle_store.factory import open_candle_store
from tradestream.candles import CandleSeries, to_datetime
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing.markets import random_walk
from tradestream.testing.rooms import run_room
from tradestream.testing.servers import temporary_folder

FACTORY = "strategy_discovery_request_factory"
WORKER = "strategy_discovery"
CONSUMER = "strategy_consumer"
END = to_datetime(int(random_walk(1_000).open_times[-1]) + 60)
TOPICS = {
    DISCOVERY_REQUESTS: 2,
    DISCOVERED_STRATEGIES: 2,
    dead_letters(DISCOVERY_REQUESTS): 1,
    dead_letters(DISCOVERED_STRATEGIES): 1,
}
Flags = dict[str, object]


@pytest.fixture
def consumer(kafka: KafkaServer, postgres_url: str) -> Flags:
    """Return what the consumer of results is told."""
    return {"bus_url": kafka.url, "postgres_url": postgres_url}


@pytest.fixture
def factory(kafka: KafkaServer, postgres_url: str, redis_url: str) -> Flags:
    """Return what makes the factory ask two questions."""
    store = open_candle_store(postgres_url)
    walk = random_walk(1_000)
    columns = (walk.opens, walk.highs, walk.lows, walk.closes, walk.volumes)
    bars = CandleSeries("ONE-USD", 60, walk.open_times.astype(np.int64), *columns)
    store.write(bars, source="test", written_at=datetime(2026, 1, 1, tzinfo=UTC))
    store.close()
    return {
        "bus_url": kafka.url,
        "candles_url": postgres_url,
        "redis_url": redis_url,
        "symbols": "ONE-USD",
        "windows": "500",
        "strategies": "SMA_RSI,EMA_MACD",
        "population_size": 10,
        "max_generations": 3,
        "now": END.isoformat(),
    }


@pytest.fixture
def worker(kafka: KafkaServer, postgres_url: str) -> Flags:
    """Return what a worker is told that answers what is asked, and ends."""
    return {
        "bus_url": kafka.url,
        "candles_url": postgres_url,
        "member": "test",
        "workers": 1,
        "drain": True,
        "now": END.isoformat(),
    }


@pytest.fixture
def admin(kafka: KafkaServer) -> Iterator[KafkaAdminClient]:
    """Return who may change the topics of the rooms."""
    with topics(kafka, TOPICS) as client:
        yield client


def said(room: str, flags: Mapping[str, object], status: int) -> str:
    """Return the one line of a run that ends with a status."""
    finished = run_room(room, flags)
    assert finished.returncode == status, finished.stderr
    (line,) = finished.stderr.splitlines()
    return str(json.loads(line)["event"])


def limit(admin: KafkaAdminClient, topic: str, **settings: str) -> None:
    """Change settings of a topic."""
    named = {name.replace("_", "."): value for name, value in settings.items()}
    admin.alter_configs([ConfigResource("topic", topic, named)])


def test_a_broker_that_is_not_there_is_worth_a_retry(consumer: Flags) -> None:
    away = consumer | {"bus_url": "kafka://127.0.0.1:1,127.0.0.1:2"}

    assert said(CONSUMER, away, 75).startswith(
        "kafka at 127.0.0.1:1,127.0.0.1:2 did not answer: "
    )


def test_a_missing_topic_names_the_command_that_makes_it(
    kafka: KafkaServer, consumer: Flags
) -> None:
    assert said(CONSUMER, consumer, 1) == (
        f"kafka at {kafka.bootstrap} has no topic {DISCOVERED_STRATEGIES}; "
        "`tradestream topics apply` makes it"
    )


def test_fewer_partitions_than_declared_are_said_and_read(
    admin: KafkaAdminClient, consumer: Flags
) -> None:
    del admin

    finished = run_room(CONSUMER, consumer)

    assert finished.returncode == 0, finished.stderr
    warnings = [
        line
        for line in map(json.loads, finished.stderr.splitlines())
        if line["level"] == "warning"
    ]
    (warning,) = [line["event"] for line in warnings]
    assert warning == (
        f"12 partitions of {DISCOVERED_STRATEGIES} are declared, was 2: no more "
        "members have work at once; `tradestream topics apply` makes them"
    )


def test_a_record_that_is_too_large_is_named_with_the_limit(
    admin: KafkaAdminClient, factory: Flags
) -> None:
    limit(admin, DISCOVERY_REQUESTS, max_message_bytes="100")

    line = said(FACTORY, factory, 1)

    assert f"at most 100 bytes is required by {DISCOVERY_REQUESTS}, was " in line


def test_an_unknown_compression_ends_a_room_and_loses_nothing(
    kafka: KafkaServer, admin: KafkaAdminClient, consumer: Flags
) -> None:
    limit(admin, DISCOVERED_STRATEGIES, compression_type="zstd")
    with closing(KafkaBus(kafka.url)) as bus:
        bus.publish(DISCOVERED_STRATEGIES, [Message("k", b"0"), Message("l", b"1")])

        finished = run_room(CONSUMER, consumer)

        assert finished.returncode == 1, finished.stderr
        assert json.loads(finished.stderr.splitlines()[-1])["event"].startswith(
            f"kafka at {kafka.bootstrap} cannot poll {DISCOVERED_STRATEGIES}: "
            "unknown compression: "
        )
        assert bus.lag(DISCOVERED_STRATEGIES, CONSUMER) == 2


def test_a_worker_whose_clock_is_far_behind_puts_requests_aside_with_the_reason(
    kafka: KafkaServer, admin: KafkaAdminClient, factory: Flags, worker: Flags
) -> None:
    del admin
    behind = worker | {"now": behind_by(6).isoformat()}

    asked, done = run_room(FACTORY, factory), run_room(WORKER, behind)

    assert (asked.returncode, done.returncode) == (0, 0), done.stderr
    with closing(KafkaBus(kafka.url)) as bus:
        letters = bus.newest(dead_letters(DISCOVERY_REQUESTS), 10)
        assert bus.lag(DISCOVERY_REQUESTS, WORKER) == 0
    reasons = {letter.message.headers[REASON] for letter in letters}
    assert len(letters) == 2
    (reason,) = reasons
    assert reason == (
        f"end_time: a window that is over at {behind_by(6).isoformat()} is required, "
        f"was {END.isoformat()}"
    )


def behind_by(minutes: int) -> datetime:
    return END - timedelta(minutes=minutes)


def test_a_broker_that_goes_away_for_good_ends_a_room_after_a_bound(
    factory: Flags, worker: Flags
) -> None:
    with temporary_folder("kafka") as folder:
        own = KafkaServer(folder, heap="256m")
        own.start()
        try:
            make(own, TOPICS).close()
            # Enough work for the broker to die in the middle of it.
            many = {"windows": "500,600,700,800", "max_generations": 60}
            hasty = {"bus_url": own.url, "max_batch": 1, "bus_retry_seconds": 3}
            asked = run_room(FACTORY, factory | many | {"bus_url": own.url})
            assert asked.returncode == 0, asked.stderr
            room = subprocess.Popen(
                [
                    *(sys.executable, "-m", f"services.{WORKER}.main"),
                    *(f"--{name}={v}" for name, v in (worker | hasty).items()),
                ],
                stderr=subprocess.PIPE,
                text=True,
            )
            with closing(KafkaBus(own.url)) as bus:
                wait_until(lambda: bus.lag(DISCOVERY_REQUESTS, WORKER) < 8, "it works")
            own.kill()

            told = room.communicate(timeout=180)[1]

            assert room.returncode == 75, told
            assert f"kafka at {own.bootstrap} did not " in told
        finally:
            own.stop()
