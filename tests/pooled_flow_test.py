"""The pooled exam through scorer, worker, and consumer."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.gate_world import START, SYMBOLS, World

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("small_design")]

GROUP = "SELECT exam_number, members, stale, settled_at IS NOT NULL FROM exams"
OF_GROUP = " WHERE symbol = 'group:all' ORDER BY exam_number"


@pytest.fixture
def world(postgres_url: str) -> World:
    """Return a calm world in which all markets drift for hours, after 10 days."""
    made = World(postgres_url, random.Random(5))
    made.deadly = False
    made.go_on(10)
    return made


def one_round(world: World) -> None:
    for room in (world.scorer, world.worker, world.consumer, world.scorer):
        room()


def test_a_genome_is_validated_on_the_group_and_on_no_member(world: World) -> None:
    one_round(world)

    assert world.rows(GROUP + OF_GROUP) == [(1, list(SYMBOLS), False, True)]
    validated = world.rows(
        "SELECT c.door, c.reason, p.members"
        " FROM strategies s JOIN status_changes c USING (strategy_id)"
        " JOIN exam_passes p USING (strategy_id)"
        " WHERE s.symbol = 'group:all' AND s.status = 'validated'"
    )
    assert validated
    for door, reason, members in validated:
        assert door == "P"
        assert reason.startswith("passed pooled exam 1: t ")
        assert "on 3 symbols, " in reason
        assert sorted(members) == list(SYMBOLS)
    # What passed is a find on the members, too, and may be claimed there.
    found = world.rows(
        "SELECT DISTINCT e.symbol FROM evaluations e JOIN exams x USING (request_id)"
        " WHERE x.symbol = 'group:all' ORDER BY 1"
    )
    assert {symbol for (symbol,) in found} > {"group:all"}
    # A member is proven by its own exam, or by a claim, and by nothing else.
    doors = world.rows(
        "SELECT DISTINCT c.door FROM status_changes c JOIN strategies s"
        " USING (strategy_id) WHERE s.symbol <> 'group:all'"
    )
    assert ("P",) not in doors
    assert world.rows(
        "SELECT count(*) FROM strategy_scores WHERE symbol = 'group:all'"
    ) == [(0,)]


def test_the_claims_of_members_pay_for_it(world: World) -> None:
    world.settings = replace(world.settings, pooled=False)
    one_round(world)
    assert world.rows("SELECT DISTINCT budget FROM claims") == [(0.025,)]
    assert world.rows(GROUP + OF_GROUP) == []

    world.settings = replace(world.settings, pooled=True)
    world.go_on(1)
    one_round(world)
    assert world.rows("SELECT DISTINCT budget FROM claims") == [(0.0225,)]

    world.settings = replace(world.settings, pooled=False)
    world.go_on(1)
    one_round(world)
    assert world.rows("SELECT DISTINCT budget FROM claims") == [(0.0225,)]
    assert len(world.rows(GROUP + OF_GROUP)) == 1


def test_a_corrected_candle_of_one_member_takes_it_back(world: World) -> None:
    one_round(world)
    window = "SELECT window_start_at FROM exams WHERE symbol = 'group:all'"
    [(start,)] = world.rows(window)
    bar = world.markets[1].between(start, start + timedelta(minutes=1))
    world.now += timedelta(minutes=5)
    world.store.write(
        replace(bar, highs=bar.highs + 1), source="test", written_at=world.now
    )

    one_round(world)

    assert world.rows(GROUP + OF_GROUP) == [
        (1, list(SYMBOLS), True, True),
        (2, list(SYMBOLS), False, True),
    ]
    assert world.rows(window + " AND exam_number = 2") == [(start,)]
    changes = world.rows(
        "SELECT DISTINCT c.to_status, c.reason FROM status_changes c JOIN strategies s"
        " USING (strategy_id) WHERE s.symbol = 'group:all' AND c.to_status = 'stale'"
    )
    assert changes == [
        ("stale", "a candle of pooled exam 1 was corrected; it is asked again")
    ]


def test_a_group_waits_for_symbols_that_are_still_being_filled(world: World) -> None:
    late = world.markets[2].symbol
    world.store = type(world.store)()
    for series in world.markets[:2]:
        bars = series.between(START, world.now)
        world.store.write(bars, source="test", written_at=world.now)
    world.store.write(
        world.markets[2].between(world.now - timedelta(days=1), world.now),
        source="test",
        written_at=world.now,
    )

    world.scorer()

    assert world.rows(GROUP + OF_GROUP) == []
    world.store.write(
        world.markets[2].between(START, world.now), source="test", written_at=world.now
    )
    world.scorer()
    [(number, members, _, _)] = world.rows(GROUP + OF_GROUP)
    assert (number, late in members) == (1, True)
