"""The room as a process: flags, exit status, and kills in its commit windows."""

from typing import Any

import pytest
from psycopg2.extensions import connection as Connection

from services.strategy_consumer.consume import GROUP
from tradestream.bus.codec import encode
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import DISCOVERED_STRATEGIES, dead_letters
from tradestream.testing.discovery_results import discovered_strategy, search_summary
from tradestream.testing.rooms import KILLED, run_room

ROOM = "strategy_consumer"
NOW = "2026-03-02T01:00:00Z"


def publish(bus: RedisStreamsBus) -> None:
    bad = discovered_strategy(3)
    bad.metrics.alpha = float("inf")
    messages = [discovered_strategy(1), discovered_strategy(2), bad, search_summary()]
    bus.publish(DISCOVERED_STRATEGIES, [encode(m, key="BTC-USD") for m in messages])


def stored(postgres: Connection) -> list[tuple[Any, ...]]:
    with postgres, postgres.cursor() as cursor:
        cursor.execute(
            "SELECT s::text, e::text FROM strategies AS s"
            " JOIN evaluations AS e USING (strategy_id) ORDER BY 1"
        )
        return cursor.fetchall()


def test_names_the_flag_that_is_missing() -> None:
    finished = run_room(ROOM, {"bus_url": "redis://127.0.0.1:1"})

    assert finished.returncode == 1
    assert "--postgres_url must have a value" in finished.stderr


@pytest.mark.parametrize("flag", ["batch", "run_budget", "colour"])
def test_refuses_an_impossible_flag(flag: str) -> None:
    finished = run_room(
        ROOM, {"bus_url": "redis://h", "postgres_url": "postgresql://h/d", flag: 0}
    )

    assert finished.returncode == 1
    assert len(finished.stderr.splitlines()) == 1


def test_a_server_that_does_not_answer_is_75(postgres_url: str) -> None:
    finished = run_room(
        ROOM, {"bus_url": "redis://127.0.0.1:1", "postgres_url": postgres_url}
    )

    assert finished.returncode == 75
    assert "Traceback" not in finished.stderr


@pytest.mark.integration
@pytest.mark.parametrize("window", ["database_committed", "dead_letters_published"])
def test_a_kill_before_the_commit_changes_nothing(
    window: str,
    postgres_url: str,
    postgres: Connection,
    redis_url: str,
    redis_bus: RedisStreamsBus,
) -> None:
    publish(redis_bus)
    flags = {"bus_url": redis_url, "postgres_url": postgres_url, "now": NOW}
    killed = run_room(ROOM, flags, failpoint=f"{ROOM}.{window}")
    after_kill = stored(postgres)

    finished = run_room(ROOM, flags)

    assert killed.returncode == KILLED
    assert finished.returncode == 0, finished.stderr
    assert len(after_kill) == 2
    assert stored(postgres) == after_kill
    assert redis_bus.lag(DISCOVERED_STRATEGIES, GROUP) == 0
    letters = redis_bus.newest(dead_letters(DISCOVERED_STRATEGIES), 10)
    positions = {r.message.headers["dead_letter_position"] for r in letters}
    assert len(positions) == 1
