"""Tests of forgetting, on a real PostgreSQL."""

from contextlib import closing

import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.retention import forget
from services.strategy_confidence_scorer.small_world_fake import (
    DAY,
    NOISE,
    NOW,
    START,
    TREND,
    rows,
    run,
)
from tradestream.bus.memory import MemoryBus
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.testing.room_roles import login, room_roles

pytestmark = pytest.mark.integration

EVALUATIONS = "SELECT evaluation_id FROM evaluations ORDER BY 1"


@pytest.fixture
def store(postgres: Connection, bus: MemoryBus) -> MemoryCandleStore:
    """Return a world with finds of three days and claims on some of them."""
    made = world.stocked(world.market(TREND, 13), NOW + 2 * DAY)
    for days in range(3):
        now = NOW + days * DAY
        world.find(postgres, made, TREND, START + (2 + days) * DAY, now)
    run(postgres, bus, made, NOW + 2 * DAY)
    return made


@pytest.mark.usefixtures("store")
def test_nothing_young_is_forgotten(postgres: Connection) -> None:
    before = rows(postgres, EVALUATIONS)

    assert forget(postgres, TREND, NOW - DAY) == 0
    assert rows(postgres, EVALUATIONS) == before


@pytest.mark.usefixtures("store")
def test_what_was_claimed_stays_and_what_nothing_refers_to_goes(
    postgres: Connection,
) -> None:
    claimed = rows(postgres, "SELECT DISTINCT strategy_id FROM claims ORDER BY 1")
    trials = rows(postgres, "SELECT count(*) FROM trials")
    before = len(rows(postgres, EVALUATIONS))
    assert claimed

    gone = forget(postgres, TREND, NOW + 3 * DAY)

    left = rows(postgres, EVALUATIONS)
    assert gone == before - len(left) > 0
    kept = rows(postgres, "SELECT strategy_id FROM strategies ORDER BY 1")
    assert kept == claimed
    referred = rows(
        postgres,
        "SELECT best_evaluation_id FROM strategies"
        " UNION SELECT latest_evaluation_id FROM strategies ORDER BY 1",
    )
    assert left == referred
    assert rows(postgres, "SELECT count(*) FROM trials") == trials
    assert forget(postgres, TREND, NOW + 3 * DAY) == 0


@pytest.mark.usefixtures("store")
def test_a_strategy_that_was_found_again_lately_stays(postgres: Connection) -> None:
    young = rows(
        postgres,
        "SELECT DISTINCT strategy_id FROM evaluations"
        f" WHERE created_at >= '{(NOW + 2 * DAY).isoformat()}' ORDER BY 1",
    )

    forget(postgres, TREND, NOW + 2 * DAY)

    kept = rows(postgres, "SELECT strategy_id FROM strategies ORDER BY 1")
    assert set(young) <= set(kept)


@pytest.mark.usefixtures("store")
def test_other_symbols_are_left_alone(postgres: Connection) -> None:
    before = rows(postgres, EVALUATIONS)

    assert forget(postgres, NOISE, NOW + 3 * DAY) == 0
    assert rows(postgres, EVALUATIONS) == before


def test_a_scorer_forgets_and_scores_again(
    postgres: Connection, bus: MemoryBus, store: MemoryCandleStore
) -> None:
    report = run(postgres, bus, store, NOW + 30 * DAY)

    assert report.evaluations_forgotten > 0
    scored = rows(postgres, "SELECT strategy_id FROM strategy_scores ORDER BY 1")
    assert set(scored) <= set(rows(postgres, "SELECT strategy_id FROM strategies"))


@pytest.mark.usefixtures("store")
def test_a_scorer_with_a_role_of_its_own_may_forget(
    postgres: Connection, postgres_url: str
) -> None:
    postgres.commit()
    with (
        room_roles(postgres_url),
        closing(login(postgres_url, "strategy_confidence_scorer")) as connection,
    ):
        assert forget(connection, TREND, NOW + 3 * DAY) > 0
