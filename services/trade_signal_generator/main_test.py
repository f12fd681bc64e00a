from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.candle_store.postgres_store import PostgresCandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.postgres import connect
from tradestream.testing.markets import random_walk
from tradestream.testing.portfolio_rows import PortfolioRows, rows
from tradestream.testing.rooms import KILLED, run_room
from tradestream.testing.servers import Databases

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
ROOM = "trade_signal_generator"
NOWHERE = {
    "postgres_url": "postgresql://nobody@127.0.0.1:1/none",
    "candles_url": "postgresql://nobody@127.0.0.1:1/none",
    "bus_url": "redis://127.0.0.1:1/0",
}


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("replay", "24"),
        ("wait_for_bar", "-1s"),
        ("expires_after", "soon"),
        ("most_cuts", "0"),
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
@pytest.mark.parametrize(
    "failpoint",
    [
        "trade_signal_generator.before_commit",
        "trade_signal_generator.database_committed",
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
        made = PortfolioRows(connection, NOW)
        for symbol in ("BTC-USD", "ETH-USD"):
            made.size(made.strategy(symbol))
            write_minutes(url, symbol)
        flags = {
            "postgres_url": url,
            "candles_url": url,
            "bus_url": redis_url,
            "now": NOW.isoformat(),
            "replay": "6h",
            "wait_for_bar": "0",
        }
        before = len(redis_bus.newest("trade-signals", 1000))
        if kill is not None:
            assert run_room(ROOM, flags, failpoint=kill).returncode == KILLED
        finished = run_room(ROOM, flags)
        assert finished.returncode == 0, finished.stderr
        tables = ("trade_signals", "signal_states", "outbox")
        states.append([rows(connection, table) for table in tables])
        published = redis_bus.newest("trade-signals", 1000)[before:]
        said.append({record.message.value for record in published})
        connection.close()
        databases.drop(url)

    assert states[0] == states[1]
    assert said[0] == said[1]
    assert len(said[0]) > 4


def write_minutes(url: str, symbol: str) -> None:
    store = PostgresCandleStore(lambda: connect(url))
    walk = random_walk(2880, seed=len(symbol))
    times = to_seconds(NOW) - 60 * np.arange(2880, 0, -1, dtype=np.int64)
    store.write(
        CandleSeries(
            symbol, 60, times, walk.opens, walk.highs, walk.lows, walk.closes,
            walk.volumes,
        ),
        source="test",
        written_at=NOW - timedelta(minutes=1),
    )  # fmt: skip
    store.close()
