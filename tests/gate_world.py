"""Three markets, the rooms of the gate in one process, an unruly bus, a clock."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from psycopg2.extensions import connection as Connection

from protos.discovery.v1.request_pb2 import GAConfig, StrategyDiscoveryRequest
from services.strategy_confidence_scorer.score import score
from services.strategy_confidence_scorer.settings import Settings
from services.strategy_consumer.consume import consume
from services.strategy_consumer.database import Database
from services.strategy_discovery.limits import Limits
from services.strategy_discovery.work import work
from tradestream.bus.codec import encode
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.discovery.requests import request_id, timestamp
from tradestream.instruments import Instrument
from tradestream.postgres import connect
from tradestream.runtime.clock import Clock

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 45
SYMBOLS = ("A-USD", "B-USD", "C-USD")
TYPES = ("SMA_EMA_CROSSOVER", "DONCHIAN_BREAKOUT")
LIMITS = Limits(
    max_batch=8,
    batch_seconds=60.0,
    max_missing=0.05,
    row_budget_bytes=16 << 20,
    max_deliveries=50,
    drain=True,
)


class Killed(BaseException):
    """Stands for SIGKILL: passes every `except Exception`."""


class UnrulyBus(MemoryBus):
    """A bus that repeats messages and mixes those that nobody has read yet."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self._chance = chance

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages, some of them twice, some old ones again, and mix."""
        twice = [m for m in messages for _ in range(self._chance.choice((1, 1, 2)))]
        super().publish(topic, twice)
        known = self.topics.get(topic, [])
        if known and self._chance.random() < 0.3:
            super().publish(topic, [self._chance.choice(known)])
        read = [g.next for (name, _), g in self._groups.items() if name == topic]
        first = max(read, default=0)
        tail = known[first:]
        self._chance.shuffle(tail)
        known[first:] = tail


def market(symbol: str, seed: int) -> CandleSeries:
    """Return minute bars that drift for hours, so that something is found."""
    bars = DAYS * 1440
    chance = np.random.default_rng(seed)
    turns = np.cumsum(chance.random(bars) < 1 / 300) % 2
    moves = 4e-4 * np.where(turns, 1, -1) + chance.normal(0, 5e-4, bars)
    closes = np.round(100 * np.exp(np.cumsum(moves - moves.mean())), 2)
    opens = np.append(closes[0], closes[:-1])
    times = to_seconds(START) + 60 * np.arange(bars)
    highs, lows = np.maximum(opens, closes), np.minimum(opens, closes)
    return CandleSeries(symbol, 60, times, opens, highs, lows, closes, np.ones(bars))


class World:
    """Three markets, three rooms, one bus, and a clock."""

    def __init__(self, url: str, chance: random.Random) -> None:
        self.url, self.chance = url, chance
        self.bus = UnrulyBus(chance)
        self.store = MemoryCandleStore()
        self.store.write_instruments([Instrument(name, 0.01, 1.0) for name in SYMBOLS])
        self.markets = [market(name, seed) for seed, name in enumerate(SYMBOLS)]
        self.now = START
        self.deadly = True
        self.settings = Settings(backfill_start=START, pooled=True)

    def failpoint(self, _: str) -> None:
        """Die here one time in eight."""
        if self.deadly and self.chance.random() < 0.125:
            raise Killed

    def go_on(self, days: float) -> None:
        """Let time pass: bars come, and searches are asked for."""
        before, self.now = self.now, self.now + timedelta(days=days)
        for series in self.markets:
            fresh = series.between(before, self.now)
            self.store.write(fresh, source="test", written_at=self.now)
        self.bus.publish(
            DISCOVERY_REQUESTS,
            [
                encode(self._search(name, kind), key=name)
                for name in SYMBOLS
                for kind in TYPES
            ],
        )

    def correct(self, series: CandleSeries) -> None:
        """Correct a bar of a market."""
        held = len(series.between(START, self.now))
        at = self.chance.randrange(held)
        bar = series.slice(at, at + 1)
        changed = replace(bar, highs=bar.highs + 0.01 * self.chance.randrange(1, 9))
        self.store.write(changed, source="test", written_at=self.now)

    def _search(self, symbol: str, kind: str) -> StrategyDiscoveryRequest:
        message = StrategyDiscoveryRequest(
            symbol=symbol,
            interval="1m",
            start_time=timestamp(self.now - timedelta(days=3)),
            end_time=timestamp(self.now),
            strategy_name=kind,
            top_n=2,
            ga_config=GAConfig(population_size=8, max_generations=2),
            fee_bps=10,
            slippage_bps=2,
            objective="excess_sharpe",
        )
        message.request_id = request_id(message)
        return message

    def scorer(self) -> None:
        """Run the scorer once."""
        self._with_database(
            lambda connection: score(
                connection,
                lambda: self.bus,
                self.store,
                symbols=SYMBOLS,
                settings=self.settings,
                now=self.now,
            )
        )

    def worker(self) -> None:
        """Let a worker answer what waits."""
        work(
            self.bus,
            self.store,
            LIMITS,
            member="worker",
            stop=lambda: False,
            must_stop=lambda: False,
            report=lambda _: None,
            clock=Clock(self.now),
        )

    def consumer(self) -> None:
        """Store what waits."""
        self._with_database(
            lambda connection: consume(
                self.bus, Database(connection), now=self.now, batch=7
            )
        )

    def _with_database(self, run: Callable[[Connection], object]) -> None:
        connection = connect(self.url)
        try:
            run(connection)
        finally:
            connection.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what a query finds."""
        found: list[tuple[Any, ...]] = []

        def look(connection: Connection) -> None:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql)
                found.extend(cursor.fetchall())

        self._with_database(look)
        return found
