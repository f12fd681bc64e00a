"""Tests of a catalogue that lost a type, or narrowed a range, under stored rows."""

import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.left_out import LeftOut
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
from tradestream.discovery.claim_proposals import Find


def test_each_strategy_that_is_gone_is_counted_once() -> None:
    stands = Find("DONCHIAN_BREAKOUT", {"donchianPeriod": 20})
    gone = Find("GONE_TYPE", {"donchianPeriod": 20})
    narrowed = Find("DONCHIAN_BREAKOUT", {"donchianPeriod": 1_000_000})
    left_out = LeftOut()

    assert left_out.declared([gone, stands, narrowed]) == [stands]
    assert left_out.declared([narrowed]) == []
    assert len(left_out) == 2


def change_catalogue(connection: Connection) -> int:
    """Store finds as an upgrade of the catalogue leaves them; return how many."""
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE strategies SET strategy_name = 'GONE_TYPE'"
            " WHERE strategy_name = 'BBAND_W_R'"
        )
        changed = cursor.rowcount
        cursor.execute(
            "UPDATE strategies SET parameters = '{\"donchianPeriod\": 1000000}'"
            " WHERE strategy_name = 'DONCHIAN_BREAKOUT'"
        )
        # All of one type have the same parameters now, so they count as one.
        return int(changed + min(cursor.rowcount, 1))


@pytest.mark.integration
def test_finds_that_are_gone_are_neither_claimed_nor_scored(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = world.stocked(world.market(TREND, 10), NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)
    changed = change_catalogue(postgres)

    report = run(postgres, bus, store, NOW)

    assert changed > 1
    assert report.left_out == changed
    assert report.scored > 0
    names = "SELECT DISTINCT strategy_name FROM {} JOIN strategies USING (strategy_id)"
    assert rows(postgres, names.format("claims")) == [("SMA_EMA_CROSSOVER",)]
    assert rows(postgres, names.format("strategy_scores")) == [("SMA_EMA_CROSSOVER",)]


@pytest.mark.integration
def test_claims_whose_types_are_gone_are_closed_with_a_reason(
    postgres: Connection, bus: MemoryBus
) -> None:
    series = world.market(TREND, 12)
    store = world.stocked(series, NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)
    run(postgres, bus, store, NOW)
    with postgres, postgres.cursor() as cursor:
        cursor.execute(
            "UPDATE strategies SET strategy_name = 'GONE_TYPE' WHERE strategy_id IN"
            " (SELECT strategy_id FROM claims WHERE claim_number = 1)"
        )
    later = NOW + DAY + 3 * HOUR
    world.store_until(series, store, later)

    report = run(postgres, bus, store, later)

    assert report.claims_closed >= 1
    assert report.left_out >= 1
    closed = rows(
        postgres,
        "SELECT c.closed_reason, s.status FROM claims c"
        " JOIN strategies s USING (strategy_id) WHERE claim_number = 1",
    )
    assert closed == [("engine, catalogue, or costs changed", "stale")]
    assert report.claims_registered > 0


@pytest.mark.integration
def test_an_earlier_claim_of_a_type_that_is_gone_does_not_stop_new_ones(
    postgres: Connection, bus: MemoryBus
) -> None:
    series = world.market(TREND, 10)
    store = world.stocked(series, NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)
    first = run(postgres, bus, store, NOW).claims_registered
    with postgres, postgres.cursor() as cursor:
        cursor.execute(
            "UPDATE claims SET state = 'closed', closed_at = born_at,"
            " closed_reason = 'evidence fell below 0.01'"
        )
        cursor.execute(
            "UPDATE strategies SET strategy_name = 'GONE_TYPE'"
            " WHERE strategy_id IN (SELECT strategy_id FROM claims)"
        )
    tomorrow = NOW + DAY
    world.store_until(series, store, tomorrow)

    report = run(postgres, bus, store, tomorrow)

    assert report.left_out >= first
    assert report.claims_registered > 0
