from datetime import UTC, datetime, timedelta

import pytest

from services.strategy_robustness.compute import Settings
from services.strategy_robustness.run import run_once
from tradestream.candle_store.postgres_store import PostgresCandleStore
from tradestream.postgres import connect
from tradestream.testing.portfolio_rows import PortfolioRows, rows
from tradestream.testing.rooms import KILLED, run_room
from tradestream.testing.seeded_candles import seed_candles
from tradestream.testing.servers import Databases

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
ROOM = "strategy_robustness"
TABLE = "strategy_robustness"
SETTINGS = Settings(timedelta(days=2), timedelta(days=7), 1, 10.0, 2.0)
FLAGS = {"now": NOW.isoformat(), "span": "2d", "other_symbols": 1}


def open_store(url: str) -> PostgresCandleStore:
    return PostgresCandleStore(lambda: connect(url))


def test_ends_with_75_when_the_database_does_not_answer() -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"

    finished = run_room(ROOM, {"postgres_url": url, "candles_url": url})

    assert finished.returncode == 75


@pytest.mark.parametrize(
    ("flag", "value"), [("other_symbols", "-1"), ("span", "soon"), ("run_budget", "0")]
)
def test_refuses_impossible_values_in_one_line(flag: str, value: str) -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"

    finished = run_room(ROOM, {"postgres_url": url, "candles_url": url, flag: value})

    assert finished.returncode == 1
    assert flag in finished.stderr
    assert finished.stderr.count("\n") == 1


@pytest.mark.integration
def test_computes_what_matters_once_and_again_when_it_is_old(
    databases: Databases,
) -> None:
    url = databases.create()
    connection, store = connect(url), open_store(url)
    seed_candles(store)
    made = PortfolioRows(connection, NOW - timedelta(hours=1))
    for status, name in (
        ("validated", "SMA_RSI"),
        ("probation", "DONCHIAN_BREAKOUT"),
        ("refused", "PARABOLIC_SAR"),
    ):
        made.strategy("WAVE-USD", name, status=status)
    made.strategy("GONE-USD", "SMA_RSI")

    first = run_once(connection, store, settings=SETTINGS, now=NOW)
    again = run_once(connection, store, settings=SETTINGS, now=NOW)
    later = run_once(connection, store, settings=SETTINGS, now=NOW + timedelta(days=8))

    assert (first.due, first.computed, first.without_bars) == (3, 2, 1)
    assert (again.due, again.computed) == (1, 0)
    assert later.due == 3
    connection.close()
    store.close()
    databases.drop(url)


@pytest.mark.integration
def test_what_the_catalogue_does_not_have_any_more_is_left_out(
    databases: Databases,
) -> None:
    url = databases.create()
    connection, store = connect(url), open_store(url)
    seed_candles(store)
    made = PortfolioRows(connection, NOW - timedelta(hours=1))
    gone, narrowed, stands = (
        made.strategy("WAVE-USD", name)
        for name in ("SMA_RSI", "DONCHIAN_BREAKOUT", "PARABOLIC_SAR")
    )
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "UPDATE strategies SET strategy_name = 'GONE_TYPE' WHERE strategy_id = %s",
            (gone,),
        )
        cursor.execute(
            "UPDATE strategies SET parameters = '{\"donchianPeriod\": 1000000}'"
            " WHERE strategy_id = %s",
            (narrowed,),
        )

    outcome = run_once(connection, store, settings=SETTINGS, now=NOW)

    assert (outcome.due, outcome.computed, outcome.left_out) == (3, 1, 2)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT strategy_id FROM strategy_robustness")
        assert cursor.fetchall() == [(stands,)]
    connection.close()
    store.close()
    databases.drop(url)


@pytest.mark.integration
def test_a_killed_run_that_is_run_again_leaves_what_an_unharmed_one_does(
    databases: Databases,
) -> None:
    states = []
    for kill in (None, "strategy_robustness.stored"):
        url = databases.create()
        connection, store = connect(url), open_store(url)
        seed_candles(store)
        made = PortfolioRows(connection, NOW - timedelta(hours=1))
        made.strategy("WAVE-USD", "SMA_RSI")
        made.strategy("WAVE-USD", "DONCHIAN_BREAKOUT", status="probation")
        flags = {"postgres_url": url, "candles_url": url, **FLAGS}
        if kill is not None:
            assert run_room(ROOM, flags, failpoint=kill).returncode == KILLED
        finished = run_room(ROOM, flags)
        assert finished.returncode == 0, finished.stderr
        states.append(rows(connection, TABLE))
        store.close()
        connection.close()
        databases.drop(url)

    assert len(states[0]) == 2
    assert states[0] == states[1]
