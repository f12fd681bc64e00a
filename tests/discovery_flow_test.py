"""Requests, searches, and rows: three rooms together, with and without kills."""

import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from psycopg2.extensions import connection as Connection

from tradestream.candle_store.factory import open_candle_store
from tradestream.candles import CandleSeries, to_datetime
from tradestream.testing.markets import random_walk
from tradestream.testing.rooms import KILLED, run_room

pytestmark = pytest.mark.integration

SYMBOLS = ("ONE-USD", "TWO-USD")
STRATEGIES = "SMA_RSI,EMA_MACD,BBAND_W_R"
WINDOWS = "500,800"
REQUESTS = 12
END = to_datetime(int(random_walk(1_000).open_times[-1]) + 60)


def fill_store(url: str) -> None:
    store = open_candle_store(url)
    for seed, symbol in enumerate(SYMBOLS):
        walk = random_walk(1_000, seed=seed)
        columns = (walk.opens, walk.highs, walk.lows, walk.closes, walk.volumes)
        bars = CandleSeries(symbol, 60, walk.open_times.astype(np.int64), *columns)
        store.write(bars, source="test", written_at=datetime(2026, 1, 1, tzinfo=UTC))
    store.close()


class Rooms:
    """The three rooms on one pair of servers."""

    def __init__(self, redis_url: str, postgres_url: str, now: datetime) -> None:
        shared = {"bus_url": redis_url, "now": now.isoformat()}
        self._flags: dict[str, dict[str, object]] = {
            "strategy_discovery_request_factory": {
                **shared,
                "redis_url": redis_url,
                "candles_url": postgres_url,
                "windows": WINDOWS,
                "strategies": STRATEGIES,
                "population_size": 10,
                "max_generations": 3,
            },
            "strategy_discovery": {
                **shared,
                "candles_url": postgres_url,
                "member": "test",
                "workers": 1,
                "drain": True,
            },
            "strategy_consumer": {**shared, "postgres_url": postgres_url, "batch": 7},
        }

    def run(self, room: str, failpoint: str | None = None) -> int:
        finished = run_room(room, self._flags[room], failpoint=failpoint)
        assert finished.returncode in (0, KILLED), finished.stderr
        return finished.returncode

    def run_all(self) -> None:
        for room in self._flags:
            assert self.run(room) == 0


def stored(postgres: Connection) -> dict[str, list[Any]]:
    with postgres, postgres.cursor() as cursor:
        found = {}
        for table in ("strategies", "evaluations", "trials"):
            cursor.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def empty(postgres: Connection, redis_client: Any) -> None:
    redis_client.flushall()
    with postgres, postgres.cursor() as cursor:
        cursor.execute("TRUNCATE strategies, evaluations, trials CASCADE")


def test_kills_between_all_steps_leave_what_no_kill_leaves(
    redis_url: str, redis_client: Any, postgres_url: str, postgres: Connection
) -> None:
    fill_store(postgres_url)
    rooms = Rooms(redis_url, postgres_url, END)
    symbols = json.dumps(SYMBOLS)
    redis_client.set("top_cryptocurrencies", symbols)
    rooms.run_all()
    never_killed = stored(postgres)
    rooms.run_all()
    run_again = stored(postgres)
    empty(postgres, redis_client)
    redis_client.set("top_cryptocurrencies", symbols)

    factory = "strategy_discovery_request_factory"
    assert rooms.run(factory, "factory.published") == KILLED
    assert rooms.run(factory) == 0
    # Its parent replaces the worker that dies.
    assert rooms.run("strategy_discovery", "strategy_discovery.results_published") == 0
    for point in ("database_committed:2", "dead_letters_published"):
        consumer = "strategy_consumer"
        assert rooms.run(consumer, f"{consumer}.{point}") == KILLED
    rooms.run_all()

    assert len(never_killed["trials"]) == REQUESTS
    assert len(never_killed["evaluations"]) > REQUESTS
    assert run_again == never_killed
    assert stored(postgres) == never_killed
