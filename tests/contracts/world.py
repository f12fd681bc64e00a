"""A small world that ran the main line once: real servers, every room a process."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from google.protobuf.message import Message as Proto

from tradestream.bus.codec import TYPE, decode
from tradestream.bus.port import Message, Record
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    RISK_APPROVED_STRATEGIES,
    SIZED_POSITIONS,
    TRADE_SIGNALS,
    dead_letters,
)
from tradestream.candle_store.factory import open_candle_store
from tradestream.candles import CandleSeries, to_seconds
from tradestream.instruments import Instrument
from tradestream.postgres import connect
from tradestream.redis import connect as connect_redis
from tradestream.testing.otlp_receiver import Receiver
from tradestream.testing.rooms import run_room

P = TypeVar("P", bound=Proto)

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 8
NOW = START + timedelta(days=DAYS, minutes=10)
SYMBOLS = ("TREND-USD", "NOISE-USD")
WINDOWS = (1597,)
GARBAGE = b"\xff not a message"
TOPICS = (
    DISCOVERY_REQUESTS,
    DISCOVERED_STRATEGIES,
    RISK_APPROVED_STRATEGIES,
    SIZED_POSITIONS,
    TRADE_SIGNALS,
)
ALL = 1_000_000


@dataclass(slots=True)
class World:
    """What was left by the run.

    Attributes:
        postgres_url: Its database; tests only read it.
        records: What was published, by topic, dead letters included.
        states: Redis hashes `processing_state:*`, by key.
        logs: Lines of each room's runs, in order.
        collector: Where its rooms send their spans, if anywhere.
    """

    postgres_url: str
    redis_url: str
    records: dict[str, list[Record]] = field(default_factory=dict)
    states: dict[str, dict[str, str]] = field(default_factory=dict)
    logs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    collector: Receiver = field(default_factory=Receiver)

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a statement."""
        connection = connect(self.postgres_url)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def messages(self, topic: str, kind: type[P]) -> list[P]:
        """Return the messages of one type on a topic, oldest first."""
        name = kind.DESCRIPTOR.full_name
        return [
            decode(record, kind)
            for record in self.records[topic]
            if record.message.headers.get(TYPE) == name
        ]

    def run(self, room: str, **flags: object) -> dict[str, Any]:
        """Run a room with the world's URLs and clock; return its last log line.

        Raises:
            AssertionError: If it failed.
        """
        shared = {
            "bus_url": self.redis_url,
            "redis_url": self.redis_url,
            "postgres_url": self.postgres_url,
            "candles_url": self.postgres_url,
        }
        named = {name: shared[name] for name in _URLS[room]}
        if self.collector.url:
            named["otlp_url"] = self.collector.url
        finished = run_room(room, {**named, "now": NOW.isoformat(), **flags})
        assert finished.returncode == 0, f"{room}: {finished.stderr}"
        lines = [json.loads(line) for line in finished.stderr.splitlines()]
        self.logs.setdefault(room, []).extend(lines)
        last: dict[str, Any] = lines[-1]
        return last


_URLS: Mapping[str, tuple[str, ...]] = {
    "strategy_discovery_request_factory": ("bus_url", "candles_url", "redis_url"),
    "strategy_discovery": ("bus_url", "candles_url"),
    "strategy_consumer": ("bus_url", "postgres_url"),
    "strategy_confidence_scorer": ("bus_url", "candles_url", "postgres_url"),
    "strategy_rotation": ("bus_url", "postgres_url"),
    "risk_adjusted_sizing": ("bus_url", "candles_url", "postgres_url"),
    "trade_signal_generator": ("bus_url", "candles_url", "postgres_url"),
}
FACTORY = {"windows": ",".join(map(str, WINDOWS))}
SCORER = {"backfill_start": START.isoformat()}


def make_world(postgres_url: str, redis_url: str, collector: Receiver) -> World:
    """Fill the store, then run every room of the main line in its order."""
    world = World(postgres_url, redis_url, collector=collector)
    fill(postgres_url)
    client = connect_redis(redis_url)
    client.flushall()
    client.set("top_cryptocurrencies", json.dumps(SYMBOLS))
    bus = RedisStreamsBus.open(redis_url)
    for topic in (DISCOVERY_REQUESTS, DISCOVERED_STRATEGIES):
        bus.publish(topic, [Message("TREND-USD", GARBAGE, {"type": "nonsense"})])
    world.run("strategy_discovery_request_factory", **FACTORY)
    world.run("strategy_confidence_scorer", **SCORER)
    world.run("strategy_discovery", workers=1, drain=True)
    world.run("strategy_consumer")
    world.run("strategy_confidence_scorer", **SCORER)
    world.run("strategy_rotation")
    world.run("risk_adjusted_sizing")
    world.run("trade_signal_generator", replay="24h", wait_for_bar="0")
    for topic in (*TOPICS, *map(dead_letters, TOPICS)):
        world.records[topic] = bus.newest(topic, ALL)
    for key in client.scan_iter("processing_state:*"):
        world.states[key] = dict(client.hscan_iter(key))
    bus.close()
    client.close()
    return world


def market(symbol: str, *, seed: int = 1) -> CandleSeries:
    """Return minutes from `START` on: TREND-USD drifts for hours, NOISE-USD never."""
    bars = DAYS * 1440 + 10
    random = np.random.default_rng(seed)
    turns = np.cumsum(random.random(bars) < 1 / 300) % 2
    drift = (4e-4 if symbol == "TREND-USD" else 0.0) * np.where(turns, 1, -1)
    closes = np.round(5e4 * np.exp(np.cumsum(drift + random.normal(0, 5e-4, bars))), 2)
    opens = np.append(closes[0], closes[:-1])
    return CandleSeries(
        symbol,
        60,
        to_seconds(START) + 60 * np.arange(bars),
        opens,
        np.maximum(opens, closes),
        np.minimum(opens, closes),
        closes,
        np.ones(bars),
    )


def fill(postgres_url: str) -> None:
    """Write the bars of all symbols that are closed at `NOW`."""
    store = open_candle_store(postgres_url)
    for seed, symbol in enumerate(SYMBOLS):
        store.write(market(symbol, seed=seed + 1), source="test", written_at=NOW)
        store.write_instruments([Instrument(symbol, 0.01, 1.0)])
    store.close()
