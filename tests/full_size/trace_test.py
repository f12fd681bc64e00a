"""One id leads through Kafka: headers, spans, and `tradestream trace`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from psycopg2.extensions import connection as Connection

from tests.full_size.kafka_world import topics
from tradestream.bus.topics import dead_letters
from tradestream.candle_store.factory import open_candle_store
from tradestream.candles import CandleSeries, to_datetime
from tradestream.cli import trace
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.runtime.tracing.context import trace_id
from tradestream.testing.markets import random_walk
from tradestream.testing.otlp_receiver import Receiver, otlp_receiver
from tradestream.testing.rooms import run_room
from tradestream.trace.messages import TOPICS

FACTORY = "strategy_discovery_request_factory"
WORKER = "strategy_discovery"
CONSUMER = "strategy_consumer"
END = to_datetime(int(random_walk(1_000).open_times[-1]) + 60)


def fill_store(url: str) -> None:
    store = open_candle_store(url)
    walk = random_walk(1_000)
    columns = (walk.opens, walk.highs, walk.lows, walk.closes, walk.volumes)
    bars = CandleSeries("ONE-USD", 60, walk.open_times.astype(np.int64), *columns)
    store.write(bars, source="test", written_at=datetime(2026, 1, 1, tzinfo=UTC))
    store.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with otlp_receiver() as running:
        yield running


@pytest.fixture
def searched(
    kafka: KafkaServer, postgres_url: str, redis_url: str, receiver: Receiver
) -> Iterator[str]:
    """Run the three rooms on the broker; return the URL of its bus."""
    fill_store(postgres_url)
    shared = {"bus_url": kafka.url, "now": END.isoformat(), "otlp_url": receiver.url}
    candles, records = {"candles_url": postgres_url}, {"postgres_url": postgres_url}
    rooms: dict[str, dict[str, Any]] = {
        FACTORY: {
            **shared, **candles, "redis_url": redis_url, "symbols": "ONE-USD",
            "windows": "500", "strategies": "SMA_RSI,EMA_MACD",
            "population_size": 10, "max_generations": 3,
        },
        WORKER: {**shared, **candles, "member": "kafka", "workers": 1, "drain": True},
        CONSUMER: {**shared, **records},
    }  # fmt: skip
    with topics(kafka, dict.fromkeys((*TOPICS, dead_letters("candles")), 2)):
        for room, flags in rooms.items():
            finished = run_room(room, flags)
            assert finished.returncode == 0, finished.stderr
        yield kafka.url


def test_a_search_is_traced_through_kafka_from_rows_headers_and_spans(
    searched: str, postgres: Connection, postgres_url: str, receiver: Receiver
) -> None:
    with postgres, postgres.cursor() as cursor:
        cursor.execute("SELECT request_id FROM trials WHERE results > 0 LIMIT 1")
        ((request,),) = cursor.fetchall()

    places = ["--postgres_url", postgres_url, "--bus_url", searched]
    shown = CliRunner().invoke(trace.command, [request[:16], *places])

    assert shown.exit_code == 0, shown.exception
    told = json.loads(shown.stdout)
    whats = [step["what"] for step in told["steps"]]
    assert told["identity"] == request
    assert {"asked", "answered", "trials stored", "found"} <= {*whats}
    (asked,) = [step for step in told["steps"] if step["what"] == "asked"]
    assert asked["source"] == "strategy-discovery-requests"
    assert asked["at"] is not None
    assert asked["details"]["symbol"] == "ONE-USD"
    workers = {s["details"].get("answered_by") for s in told["steps"]} - {None}
    assert workers == {"kafka-0"}

    mine = [s for s in receiver.spans if s.trace == f"{trace_id(request):032x}"]
    by_id = {found.span.span_id: found for found in mine}
    (stored,) = [s for s in mine if s.room == CONSUMER]
    way = [stored]
    while way[-1].span.parent_span_id:
        way.append(by_id[way[-1].span.parent_span_id])
    assert [found.room for found in way] == [CONSUMER, WORKER, WORKER, FACTORY]
