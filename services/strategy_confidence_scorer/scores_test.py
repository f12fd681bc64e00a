"""Tests of scores and outlooks, on a real PostgreSQL."""

import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.small_world_fake import (
    DAY,
    NOW,
    START,
    TREND,
    rows,
    run,
)
from tradestream.bus.memory import MemoryBus

pytestmark = pytest.mark.integration


def test_the_best_unproven_strategy_says_how_long_it_needs(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = world.stocked(world.market(TREND, 9), NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)

    run(postgres, bus, store, NOW)

    told = rows(
        postgres,
        "SELECT status_reason FROM strategies"
        " WHERE status_reason LIKE 'not yet provable%'",
    )
    assert len(told) == 1
    assert "needs about" in told[0][0]
    assert "more day" in told[0][0]


def test_scores_are_explained_and_kept_while_nothing_changes(
    postgres: Connection, bus: MemoryBus
) -> None:
    store = world.stocked(world.market(TREND, 9), NOW)
    world.find(postgres, store, TREND, START + 2 * DAY, NOW)
    world.find(postgres, store, TREND, START, START + 2 * DAY)

    first = run(postgres, bus, store, NOW)
    again = run(postgres, bus, store, NOW)

    assert first.scored > 0
    assert again.scored == 0
    scores = rows(
        postgres,
        "SELECT score, performance, frequency, recency, explanation"
        " FROM strategy_scores",
    )
    assert len(scores) == first.scored
    for points, performance, frequency, recency, explanation in scores:
        expected = 0.6 * performance + 0.25 * frequency + 0.15 * recency
        assert points == pytest.approx(expected)
        assert explanation["weights"] == {
            "performance": 0.6,
            "frequency": 0.25,
            "recency": 0.15,
        }
