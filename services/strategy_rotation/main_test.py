from datetime import UTC, datetime

import pytest

from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.postgres import connect
from tradestream.testing.portfolio_rows import PortfolioRows, rows
from tradestream.testing.rooms import KILLED, run_room
from tradestream.testing.servers import Databases

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
TOPIC = "risk-approved-strategies"
TABLES = ("approved_strategies", "approval_changes", "outbox")
ROOM = "strategy_rotation"


def test_names_the_flag_that_is_missing() -> None:
    finished = run_room(ROOM, {"bus_url": "redis://127.0.0.1:1/0"})

    assert finished.returncode == 1
    assert "--postgres_url must have a value" in finished.stderr


@pytest.mark.parametrize(
    ("flag", "value"),
    [("min_status", "candidate"), ("most_strategies", "0"), ("most_correlation", "2")],
)
def test_refuses_impossible_values_in_one_line(flag: str, value: str) -> None:
    finished = run_room(
        ROOM,
        {
            "postgres_url": "postgresql://nobody@127.0.0.1:1/none",
            "bus_url": "redis://127.0.0.1:1/0",
            flag: value,
        },
    )

    assert finished.returncode == 1
    assert flag in finished.stderr
    assert finished.stderr.count("\n") == 1


def test_ends_with_75_when_the_database_does_not_answer() -> None:
    finished = run_room(
        ROOM,
        {
            "postgres_url": "postgresql://nobody@127.0.0.1:1/none",
            "bus_url": "redis://127.0.0.1:1/0",
        },
    )

    assert finished.returncode == 75


@pytest.mark.integration
@pytest.mark.parametrize(
    "failpoint",
    [
        "strategy_rotation.before_commit",
        "strategy_rotation.database_committed",
        "outbox.published",
    ],
)
def test_a_killed_run_that_is_run_again_leaves_what_an_unharmed_one_does(
    databases: Databases, redis_url: str, redis_bus: RedisStreamsBus, failpoint: str
) -> None:
    states, said = [], []
    for kill in (None, failpoint):
        url = databases.create()
        connection = connect(url)
        PortfolioRows(connection, NOW).strategy()
        flags = {"postgres_url": url, "bus_url": redis_url, "now": NOW.isoformat()}
        before = len(redis_bus.newest(TOPIC, 100))
        if kill is not None:
            assert run_room(ROOM, flags, failpoint=kill).returncode == KILLED
        finished = run_room(ROOM, flags)
        assert finished.returncode == 0, finished.stderr
        states.append([rows(connection, table) for table in TABLES])
        said.append({r.message.value for r in redis_bus.newest(TOPIC, 100)[before:]})
        connection.close()
        databases.drop(url)

    assert states[0] == states[1]
    assert said[0] == said[1]
    assert len(said[0]) == 1
