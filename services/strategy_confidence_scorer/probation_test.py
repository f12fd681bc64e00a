"""Tests of Door B: claims over days of a small world, on a real PostgreSQL."""

from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.small_world_fake import (
    DAY,
    HOUR,
    NOW,
    START,
    TREND,
    rows,
    run,
)
from tradestream.bus.memory import MemoryBus

pytestmark = pytest.mark.integration


def test_claims_are_registered_once_a_day_and_born_in_the_future(
    postgres: Connection, bus: MemoryBus
) -> None:
    series = world.market(TREND, 12)
    store = world.stocked(series, NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)

    first = run(postgres, bus, store, NOW)
    again = run(postgres, bus, store, NOW)

    assert 1 <= first.claims_registered <= 5
    assert again.claims_registered == 0
    claims = rows(
        postgres,
        "SELECT claim_number, born_at, anchor_at, trained_until, s.status FROM claims"
        " JOIN strategies s USING (strategy_id) ORDER BY claim_number",
    )
    assert [c[0] for c in claims] == list(range(1, first.claims_registered + 1))
    for _, born_at, anchor_at, trained_until, status in claims:
        assert born_at == START + 9 * DAY + HOUR
        assert trained_until <= NOW
        assert anchor_at == START
        assert status == "probation"
    told = rows(
        postgres,
        "SELECT DISTINCT reason FROM status_changes WHERE reason LIKE 'claim%'",
    )
    assert told
    assert all(" opens at 2026-03-10 01:00: " in reason for (reason,) in told)
    tomorrow = NOW + DAY
    world.store_until(series, store, tomorrow)
    world.find(postgres, store, TREND, START + 3 * DAY, tomorrow)
    later = run(postgres, bus, store, tomorrow)
    numbers = rows(postgres, "SELECT claim_number FROM claims ORDER BY 1")
    assert len(numbers) == first.claims_registered + later.claims_registered
    assert [n for (n,) in numbers] == list(range(1, len(numbers) + 1))


def test_hours_are_folded_once_whatever_the_cadence(
    databases: Any, bus: MemoryBus
) -> None:
    from tradestream.postgres import connect

    series = world.market(TREND, 13)
    stored = []
    for step in (HOUR, 30 * HOUR):
        url = databases.create()
        connection = connect(url)
        store = world.stocked(series, NOW)
        world.find(connection, store, TREND, START + 2 * DAY, NOW)
        run(connection, bus, store, NOW)
        now = NOW
        while now < NOW + 60 * HOUR:
            now = min(now + step, NOW + 60 * HOUR)
            world.store_until(series, store, now)
            run(connection, bus, store, now)
            assert run(connection, bus, store, now).hours_folded == 0
        stored.append(
            rows(
                connection,
                "SELECT folded_until, capitals, evidence, trips, raw_return, state,"
                " proven_at, proven_evidence, closed_at, folded_fingerprint FROM claims"
                " WHERE born_at < '2026-03-10 02:00+00' ORDER BY claim_number",
            )
        )
        connection.close()
        databases.drop(url)

    assert stored[0] == stored[1]
    assert stored[0][0][0] >= NOW + 58 * HOUR
    assert any(row[3] > 0 for row in stored[0])


def test_a_claim_on_an_edge_is_validated_by_the_future(
    postgres: Connection, bus: MemoryBus
) -> None:
    series = world.market(TREND, 16)
    store = world.stocked(series, NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)
    run(postgres, bus, store, NOW)

    end = START + 16 * DAY
    world.store_until(series, store, end)
    report = run(postgres, bus, store, end)

    assert report.validated_by_claim > 0
    found = rows(
        postgres,
        "SELECT door, evidence, s.status FROM status_changes"
        " JOIN strategies s USING (strategy_id) WHERE to_status = 'validated'",
    )
    for door, evidence, status in found:
        assert (door, status) == ("B", "validated")
        assert evidence["e"] >= evidence["threshold"]


@pytest.mark.parametrize(
    ("before", "after"), [("probation", "refused"), ("validated", "retired")]
)
def test_a_claim_that_lost_its_capital_speaks_against_its_strategy(
    postgres: Connection, bus: MemoryBus, before: str, after: str
) -> None:
    series = world.market(TREND, 10)
    store = world.stocked(series, NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)
    run(postgres, bus, store, NOW)
    with postgres, postgres.cursor() as cursor:
        cursor.execute("UPDATE claims SET capitals = '{0.001, 0.001, 0.001, 0.001}'")
        cursor.execute(
            "UPDATE strategies SET status = %s WHERE status = 'probation'", (before,)
        )
    later = NOW + 3 * HOUR
    world.store_until(series, store, later)

    report = run(postgres, bus, store, later)

    assert report.claims_closed > 0
    found = rows(
        postgres,
        "SELECT DISTINCT status, closed_reason FROM claims"
        " JOIN strategies USING (strategy_id)",
    )
    assert found == [(after, "evidence fell below 0.01")]
