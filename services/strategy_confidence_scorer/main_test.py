"""Tests of the binary: its flags, its exit status, and real kills."""

from functools import partial
from typing import Any

import pytest

from services.strategy_confidence_scorer import small_world_fake as world
from services.strategy_confidence_scorer.small_world_fake import DAY, NOW, START, TREND
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.candle_store.postgres_store import PostgresCandleStore
from tradestream.postgres import connect
from tradestream.testing.portfolio_rows import rows
from tradestream.testing.rooms import KILLED, run_room
from tradestream.testing.servers import Databases

ROOM = "strategy_confidence_scorer"
NOWHERE = {
    "postgres_url": "postgresql://nobody@127.0.0.1:1/none",
    "candles_url": "postgresql://nobody@127.0.0.1:1/none",
    "bus_url": "redis://127.0.0.1:1/0",
}
TABLES = ("exams", "claims", "strategies", "status_changes", "strategy_scores")


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("backfill_start", "soon"),
        ("backfill_start", "13"),
        ("max_missing", "1.5"),
        ("fee_bps", "-1"),
        ("fee_bps", "1001"),
        ("slippage_bps", "1001"),
        ("ask_again_after", "later"),
        ("performance_weight", "-0.1"),
    ],
)
def test_refuses_impossible_values_in_one_line(flag: str, value: str) -> None:
    finished = run_room(ROOM, {**NOWHERE, flag: value})

    assert finished.returncode == 1
    assert flag in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_ends_with_75_when_the_database_does_not_answer() -> None:
    assert run_room(ROOM, NOWHERE).returncode == 75


@pytest.mark.integration
def test_an_idle_run_needs_no_bus(postgres_url: str) -> None:
    finished = run_room(
        ROOM,
        {
            "postgres_url": postgres_url,
            "candles_url": postgres_url,
            "bus_url": NOWHERE["bus_url"],
        },
    )

    assert finished.returncode == 0, finished.stderr


@pytest.mark.integration
@pytest.mark.parametrize(
    "failpoint",
    [
        "strategy_confidence_scorer.exam_recorded",
        "strategy_confidence_scorer.claims_registered",
        "strategy_confidence_scorer.scored",
        "outbox.published",
    ],
)
def test_a_killed_run_that_is_run_again_leaves_what_an_unharmed_one_does(
    databases: Databases, redis_url: str, redis_bus: RedisStreamsBus, failpoint: str
) -> None:
    states: list[Any] = []
    said: list[set[bytes]] = []
    for kill in (None, failpoint):
        url = databases.create()
        connection = connect(url)
        store = PostgresCandleStore(partial(connect, url))
        world.store_until(world.market(TREND, 9), store, NOW)
        world.find(connection, store, TREND, START + 2 * DAY, NOW)
        store.close()
        flags = {
            "postgres_url": url,
            "candles_url": url,
            "bus_url": redis_url,
            "backfill_start": START.isoformat(),
            "now": NOW.isoformat(),
        }
        before = len(redis_bus.newest(DISCOVERY_REQUESTS, 100))
        if kill is not None:
            assert run_room(ROOM, flags, failpoint=kill).returncode == KILLED
        finished = run_room(ROOM, flags)
        assert finished.returncode == 0, finished.stderr
        states.append([rows(connection, table) for table in TABLES])
        published = redis_bus.newest(DISCOVERY_REQUESTS, 100)[before:]
        said.append({record.message.value for record in published})
        connection.close()
        databases.drop(url)

    assert states[0] == states[1]
    assert said[0] == said[1]
    assert len(said[0]) == 1
    assert states[0][1], "claims are required"
