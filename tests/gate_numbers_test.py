"""Numbers of exams and claims survive kills, duplicates, and reordering.

Scorer, worker, and consumer run in random order on a bus that repeats and
shuffles messages, and are killed between their effects and commits. A number
lost or used twice would give back budget that was spent.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from psycopg2.extensions import connection as Connection

from protos.discovery.v1.request_pb2 import (
    GAConfig,
    HistoryExamRequest,
    StrategyDiscoveryRequest,
)
from services.strategy_confidence_scorer.score import score
from services.strategy_confidence_scorer.settings import Settings
from services.strategy_consumer.consume import consume
from services.strategy_consumer.database import Database
from services.strategy_discovery.limits import Limits
from services.strategy_discovery.work import work
from tradestream.bus.codec import decode, encode
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.discovery.design import Design, design
from tradestream.discovery.exam_schedule import BUDGET, POOLED_BUDGET
from tradestream.discovery.requests import request_id, timestamp
from tradestream.instruments import Instrument
from tradestream.postgres import connect
from tradestream.runtime.clock import Clock
from tradestream.statistics.betting import threshold

pytestmark = pytest.mark.integration

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 40
SYMBOLS = ("A-USD", "B-USD", "C-USD")
TYPES = ("SMA_EMA_CROSSOVER", "DONCHIAN_BREAKOUT")
SCORER, WORKER, CONSUMER = (
    f"services.{room}"
    for room in (
        "strategy_confidence_scorer",
        "strategy_discovery",
        "strategy_consumer",
    )
)
MODULES = (
    f"{SCORER}.exams", f"{SCORER}.settlement", f"{SCORER}.exam_requests",
    f"{SCORER}.pooled", f"{SCORER}.probation", f"{SCORER}.registration",
    f"{SCORER}.corrections", f"{SCORER}.scores", "tradestream.outbox",
    f"{WORKER}.work", f"{CONSUMER}.consume",
)  # fmt: skip
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

    def failpoint(self, _: str) -> None:
        """Die here one time in eight."""
        if self.deadly and self.chance.random() < 0.125:
            raise Killed

    def go_on(self, days: float) -> None:
        """Let time pass: bars come, one is corrected, searches are asked for."""
        before, self.now = self.now, self.now + timedelta(days=days)
        for series in self.markets:
            fresh = series.between(before, self.now)
            self.store.write(fresh, source="test", written_at=self.now)
        if self.chance.random() < 0.4:
            self._correct(self.chance.choice(self.markets))
        self.bus.publish(
            DISCOVERY_REQUESTS,
            [
                encode(self._search(name, kind), key=name)
                for name in SYMBOLS
                for kind in TYPES
            ],
        )

    def _correct(self, series: CandleSeries) -> None:
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
                settings=Settings(backfill_start=START, pooled=True),
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


@pytest.fixture
def small_design(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let exams have 60 genomes."""
    whole = design()
    genomes = {name: whole.genomes[name][:30] for name in TYPES}
    small = Design("0" * 64, MappingProxyType(genomes))
    monkeypatch.setattr("tradestream.discovery.design.design", lambda: small)
    monkeypatch.setattr(f"{WORKER}.answering.design", lambda: small)


def require_sound(world: World, seen: dict[tuple[str, str, int], str]) -> None:
    """Check that no number was lost or used twice, and no budget spent twice."""
    exams = world.rows(
        "SELECT symbol, exam_number, request_id, alpha, window_start_at,"
        " window_end_at, stale FROM exams ORDER BY symbol, exam_number"
    )
    claims = world.rows(
        "SELECT symbol, claim_number, strategy_id, budget FROM claims"
        " ORDER BY symbol, claim_number"
    )
    for kind, found in (("exam", exams), ("claim", claims)):
        for subject in {row[0] for row in found}:
            numbers = [row[1] for row in found if row[0] == subject]
            assert numbers == list(range(1, len(numbers) + 1))
        for subject, number, what, *_ in found:
            assert seen.setdefault((kind, subject, number), what) == what
        taken = sum(key[0] == kind for key in seen)
        assert taken == len(found), "a number was lost"
    for subject in {row[0] for row in exams}:
        spent = sum(row[3] for row in exams if row[0] == subject)
        assert spent <= (POOLED_BUDGET if subject.startswith("group:") else BUDGET)
    for one, other in combinations(exams, 2):
        if one[0] == other[0] and one[4] < other[5] and other[4] < one[5]:
            assert one[4:6] == other[4:6]
            assert one[6], "luck was judged twice"
    for subject in {row[0] for row in claims}:
        own = [row for row in claims if row[0] == subject]
        assert {row[3] for row in own} == {0.0225}
        assert sum(1 / threshold(row[1], budget=row[3]) for row in own) < 0.0225
    published = {
        (message.symbol or message.group, message.exam_number): message.request_id
        for message in asked(world.bus)
    }
    written = {(row[0], row[1]): row[2] for row in exams}
    assert published.items() <= written.items()


def asked(bus: MemoryBus) -> list[HistoryExamRequest]:
    """Return all exams that were ever published."""
    kinds = (HistoryExamRequest, StrategyDiscoveryRequest)
    found = [decode(record, *kinds) for record in bus.newest(DISCOVERY_REQUESTS, 10**6)]
    return [each for each in found if isinstance(each, HistoryExamRequest)]


@pytest.mark.usefixtures("small_design")
@pytest.mark.parametrize("seed", range(3))
def test_numbers_survive_kills_duplicates_and_reordering(
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    chance = random.Random(seed)
    world = World(postgres_url, chance)
    for module in MODULES:
        monkeypatch.setattr(f"{module}.failpoint", world.failpoint)
    rooms = (world.scorer, world.worker, world.consumer)
    seen: dict[tuple[str, str, int], str] = {}
    kills = 0
    world.go_on(8)
    while world.now < START + timedelta(days=DAYS - 3):
        for room in chance.choices(rooms, k=6):
            try:
                room()
            except Killed:
                kills += 1
            require_sound(world, seen)
        world.go_on(chance.choice((1, 3, 5)))

    world.deadly = False
    for room in (*rooms, *rooms, *rooms):
        room()
        require_sound(world, seen)
    assert kills > 5
    assert len(asked(world.bus)) >= 3 * len(SYMBOLS)
    assert world.rows("SELECT count(*) FROM exams WHERE symbol LIKE 'group:%'") != [
        (0,)
    ]
    assert world.rows("SELECT count(*) FROM claims")[0][0] > 0
    assert world.rows("SELECT count(*) FROM exams WHERE answered_at IS NULL") == [(0,)]
    for topic in (DISCOVERY_REQUESTS, DISCOVERED_STRATEGIES):
        assert world.bus.topics.get(dead_letters(topic), []) == []
