"""Tests of what a crash or a second scorer leaves behind: the same as neither."""

import random
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.score import score
from services.strategy_confidence_scorer.small_world_fake import (
    DAY,
    HOUR,
    NOISE,
    NOW,
    TREND,
)
from tradestream.bus.memory import MemoryBus
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.postgres import connect

pytestmark = pytest.mark.integration

ROOM = "services.strategy_confidence_scorer"
POINTS = {
    "strategy_confidence_scorer.exam_recorded": f"{ROOM}.exams",
    "strategy_confidence_scorer.exam_settled": f"{ROOM}.settlement",
    "strategy_confidence_scorer.hours_folded": f"{ROOM}.probation",
    "strategy_confidence_scorer.claims_registered": f"{ROOM}.registration",
    "strategy_confidence_scorer.stale_marked": f"{ROOM}.corrections",
    "strategy_confidence_scorer.paper_written": f"{ROOM}.paper",
    "strategy_confidence_scorer.evaluations_forgotten": f"{ROOM}.retention",
    "strategy_confidence_scorer.scored": f"{ROOM}.scores",
    "outbox.published": "tradestream.outbox",
}
TABLES = {
    "exams": "exam_number, symbol",
    "claims": "symbol, claim_number",
    "strategies": "strategy_id",
    "status_changes": "strategy_id, changed_at, to_status",
    "strategy_scores": "strategy_id",
    "gate_progress": "symbol",
    "exam_passes": "request_id, strategy_id",
    "paper_records": "strategy_id, verdict, since_at",
}


class Killed(BaseException):
    """Stands for SIGKILL: passes every `except Exception`."""


def state(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return everything that is stored, but for the numbers of outbox rows."""
    found = {}
    with connection, connection.cursor() as cursor:
        for table, order in TABLES.items():
            cursor.execute(f"SELECT * FROM {table} ORDER BY {order}")
            found[table] = cursor.fetchall()
        cursor.execute(
            "SELECT room, topic, message_key, message_value::text, headers,"
            " published_at IS NOT NULL FROM outbox ORDER BY message_value"
        )
        found["outbox"] = cursor.fetchall()
    return found


def live_three_days(
    url: str, run: Callable[[Connection, MemoryBus, MemoryCandleStore, Any], None]
) -> tuple[dict[str, list[tuple[Any, ...]]], set[str]]:
    """Let a world live from NOW for some days; return state and exams published."""
    connection, bus, store = connect(url), MemoryBus(), MemoryCandleStore()
    markets = [world.market(TREND, 13), world.market(NOISE, 13)]
    for now in (NOW, NOW + 2 * HOUR, NOW + DAY, NOW + 3 * DAY):
        for series in markets:
            world.store_until(series, store, now)
            world.find(connection, store, series.symbol, now - 5 * DAY, now)
        run(connection, bus, store, now)
        world.answer_exams(connection, bus, store, now)
        run(connection, bus, store, now)
    left = state(connection)
    published = {request.request_id for request in world.requests(bus)}
    connection.close()
    return left, published


def once(connection: Connection, bus: MemoryBus, store: Any, now: Any) -> None:
    score(
        connection, lambda: bus, store, symbols=(), settings=world.settings(), now=now
    )


@pytest.fixture
def urls(databases: Any) -> Iterator[Callable[[], str]]:
    made: list[str] = []

    def make() -> str:
        made.append(databases.create())
        return made[-1]

    yield make
    for url in made:
        databases.drop(url)


@pytest.fixture
def undisturbed(urls: Callable[[], str]) -> Any:
    """Return what a life without a crash leaves."""
    return live_three_days(urls(), once)


@pytest.mark.parametrize("seed", range(3))
def test_kills_at_any_point_leave_what_no_kill_leaves(
    urls: Callable[[], str],
    undisturbed: Any,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    url = urls()
    chance = random.Random(seed)
    struck: set[str] = set()

    def maybe_die(name: str) -> None:
        if name not in struck or chance.random() < 0.2:
            struck.add(name)
            raise Killed(name)

    for module in set(POINTS.values()):
        monkeypatch.setattr(f"{module}.failpoint", maybe_die)

    def until_done(_: Connection, bus: MemoryBus, store: Any, now: Any) -> None:
        while True:
            own = connect(url)
            try:
                once(own, bus, store, now)
                return
            except Killed:
                continue
            finally:
                own.close()

    assert live_three_days(url, until_done) == undisturbed
    assert struck == set(POINTS)


def test_two_scorers_at_once_leave_what_one_leaves(
    urls: Callable[[], str], undisturbed: Any
) -> None:
    url = urls()

    def race(_: Connection, bus: MemoryBus, store: Any, now: Any) -> None:
        failures: list[BaseException] = []

        def contend() -> None:
            own = connect(url)
            try:
                once(own, bus, store, now)
            except BaseException as error:  # noqa: BLE001  shown by the test
                failures.append(error)
            finally:
                own.close()

        threads = [threading.Thread(target=contend) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []

    assert live_three_days(url, race) == undisturbed


def test_numbers_are_never_reused_or_left_out(undisturbed: Any) -> None:
    left, _ = undisturbed

    for table, symbol, number in (("exams", 1, 3), ("claims", 0, 1)):
        taken: dict[str, list[int]] = {}
        for row in left[table]:
            taken.setdefault(row[symbol], []).append(row[number])
        assert taken
        for numbers in taken.values():
            assert sorted(numbers) == list(range(1, len(numbers) + 1))
