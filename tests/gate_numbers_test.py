"""Numbers of exams and claims survive kills, duplicates, and reordering.

Scorer, worker, and consumer run in random order on a bus that repeats and
shuffles messages, and are killed between their effects and commits. A number
lost or used twice would give back budget that was spent.
"""

import random
from datetime import timedelta
from itertools import combinations

import pytest

from protos.discovery.v1.request_pb2 import (
    HistoryExamRequest,
    StrategyDiscoveryRequest,
)
from tests.gate_world import DAYS, START, SYMBOLS, Killed, World
from tradestream.bus.codec import decode
from tradestream.bus.memory import MemoryBus
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)
from tradestream.discovery.exam_schedule import BUDGET, POOLED_BUDGET
from tradestream.statistics.betting import threshold

pytestmark = pytest.mark.integration

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
    f"{SCORER}.pooled", f"{SCORER}.paper", f"{SCORER}.retention",
    f"{SCORER}.probation", f"{SCORER}.registration", f"{SCORER}.corrections",
    f"{SCORER}.scores", "tradestream.outbox",
    f"{WORKER}.work", f"{CONSUMER}.consume",
)  # fmt: skip


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
    while world.now < START + timedelta(days=DAYS - 6):
        for room in chance.choices(rooms, k=6):
            try:
                room()
            except Killed:
                kills += 1
            require_sound(world, seen)
        world.go_on(chance.choice((1, 3, 5)))
        if chance.random() < 0.4:
            world.correct(chance.choice(world.markets))

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
