import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import CANDLES
from tradestream.postgres import connect
from tradestream.redis import Redis
from tradestream.redis import connect as connect_redis
from tradestream.testing.rooms import KILLED, run_room
from tradestream.testing.scripted_server import Answer, scripted_server
from tradestream.testing.servers import Databases
from tradestream.testing.simulator import Venue, running_venue

ROOM = "candle_ingestor"
NOW = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)
SYMBOLS = "TREND1-USD,GBM1-USD,BTC-USD"
HOLE = NOW.replace(second=0) - timedelta(hours=3)
NOBODY = {
    "candles_url": "postgresql://nobody@127.0.0.1:1/none",
    "bus_url": "redis://127.0.0.1:1/0",
    "redis_url": "redis://127.0.0.1:1/0",
}


@pytest.fixture(scope="module")
def held_simulator() -> Iterator[Venue]:
    with running_venue(NOW) as made:
        yield made


@pytest.fixture
def simulator(held_simulator: Venue) -> Iterator[Venue]:
    yield held_simulator
    held_simulator.fail()


@pytest.fixture
def flags(simulator: Venue, redis_url: str, postgres_url: str) -> dict[str, object]:
    return {
        "redis_url": redis_url,
        "bus_url": redis_url,
        "candles_url": postgres_url,
        "coinbase_rest_url": simulator.url,
        "requests_per_second": 0,
        "backfill_start": "1d",
        "symbols": SYMBOLS,
        "now": NOW.isoformat(),
    }


def said(finished: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """Return the one line of a run."""
    line: dict[str, Any] = json.loads(finished.stderr.splitlines()[-1])
    return line


def stored(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of the tables that the room writes."""
    rows = {}
    connection = connect(url)
    with connection, connection.cursor() as cursor:
        for table in ("market_data", "venue_holes", "instruments"):
            cursor.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
            rows[table] = cursor.fetchall()
    connection.close()
    return rows


def messages(redis_url: str) -> set[tuple[str, bytes]]:
    bus = RedisStreamsBus.open(redis_url)
    found = {(r.message.key, r.message.value) for r in bus.newest(CANDLES, 10_000)}
    bus.close()
    return found


@pytest.mark.parametrize("flag", ["candles_url", "bus_url", "redis_url"])
def test_names_the_flag_that_is_missing(flag: str) -> None:
    given = {name: url for name, url in NOBODY.items() if name != flag}

    finished = run_room(ROOM, given)

    assert finished.returncode == 1
    assert f"--{flag} must have a value" in finished.stderr


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("venue", "mtgox"),
        ("requests_per_second", "-1"),
        ("requests_per_second", "many"),
        ("run_budget", "0"),
        ("backfill_start", "yesterday"),
        ("no_such_flag", "1"),
    ],
)
def test_refuses_impossible_values_in_one_line(flag: str, value: str) -> None:
    finished = run_room(ROOM, {**NOBODY, flag: value})

    assert finished.returncode == 1
    assert flag in finished.stderr
    assert finished.stderr.count("\n") == 1


@pytest.mark.parametrize("flag", ["candles_url", "bus_url", "redis_url"])
def test_ends_with_75_when_a_server_does_not_answer(
    flags: dict[str, object], flag: str
) -> None:
    finished = run_room(ROOM, {**flags, flag: NOBODY[flag]})

    assert finished.returncode == 75
    assert finished.stderr.count("\n") == 1


def test_ends_with_75_when_nobody_wrote_the_list_of_symbols(
    flags: dict[str, object],
) -> None:
    finished = run_room(ROOM, {**flags, "symbols": ""})

    assert finished.returncode == 75
    assert "top_cryptocurrencies" in finished.stderr


@pytest.mark.parametrize(
    "answer",
    [
        Answer(status=500),
        Answer(status=429, headers={"Retry-After": "3600"}),
        Answer(b"[[1773"),
    ],
    ids=["500", "429", "cut"],
)
def test_ends_with_75_in_time_when_the_venue_gives_no_good_answer(
    flags: dict[str, object], answer: Answer
) -> None:
    began = time.monotonic()
    with scripted_server(answer) as server:
        finished = run_room(
            ROOM, {**flags, "coinbase_rest_url": server.url, "run_budget": 1}
        )

    assert finished.returncode == 75
    assert "no symbol's newest bars could be read" in finished.stderr
    assert "Traceback" not in finished.stderr
    assert time.monotonic() - began < 10


def test_reads_the_symbols_that_redis_lists(
    flags: dict[str, object], redis_client: Redis, postgres_url: str
) -> None:
    redis_client.set("top_cryptocurrencies", '["GBM2-USD", "GBM1-USD"]')

    finished = run_room(ROOM, {**flags, "symbols": ""})

    assert finished.returncode == 0, finished.stderr
    held = {row[0] for row in stored(postgres_url)["market_data"]}
    assert held == {"GBM1-USD", "GBM2-USD"}


def test_an_unknown_symbol_is_named_and_the_others_are_read(
    flags: dict[str, object],
) -> None:
    finished = run_room(ROOM, {**flags, "symbols": f"NONE-USD,{SYMBOLS}"})

    assert finished.returncode == 0, finished.stderr
    assert said(finished)["unknown"] == ["NONE-USD"]
    assert said(finished)["symbols"] == 3


def test_symbols_that_the_venue_does_not_trade_are_no_success(
    flags: dict[str, object],
) -> None:
    finished = run_room(ROOM, {**flags, "symbols": "NONE-USD,NOR-USD"})

    assert finished.returncode == 1
    assert "required, was NONE-USD, NOR-USD" in finished.stderr


def test_broken_bars_are_counted_and_never_stored(
    flags: dict[str, object], simulator: Venue, postgres_url: str
) -> None:
    simulator.fail(wrong_types=1.0)

    finished = run_room(ROOM, flags)

    assert sum(said(finished)["rejected"].values()) > 0
    assert stored(postgres_url)["market_data"] == []


def test_bars_come_through_a_venue_that_fails_now_and_then(
    flags: dict[str, object], simulator: Venue, postgres_url: str
) -> None:
    simulator.fail(
        server_errors=0.05, truncated_json=0.1, too_many_requests=0.05, half_bodies=0.1
    )
    run_room(ROOM, flags)
    simulator.fail()

    finished = run_room(ROOM, flags)

    assert finished.returncode == 0, finished.stderr
    bars = stored(postgres_url)["market_data"]
    assert len(bars) == len({(row[0], row[1]) for row in bars}) > 3 * 1_400


def test_a_rerun_changes_nothing_and_says_nothing_again(
    flags: dict[str, object], postgres_url: str, redis_bus: RedisStreamsBus
) -> None:
    run_room(ROOM, flags)
    rows, length = stored(postgres_url), len(redis_bus.newest(CANDLES, 10_000))

    finished = run_room(ROOM, flags)

    assert said(finished)["inserted"] == said(finished)["corrected"] == 0
    assert stored(postgres_url) == rows
    assert len(redis_bus.newest(CANDLES, 10_000)) == length


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize(
    "failpoint", ["bars_written", "holes_recorded", "candles_published"]
)
def test_killed_and_run_again_leaves_what_an_unharmed_run_leaves(
    flags: dict[str, object],
    simulator: Venue,
    databases: Databases,
    redis_url: str,
    failpoint: str,
    times: int,
) -> None:
    simulator.fail(missing_minutes=[HOLE.isoformat()])
    unharmed, harmed = databases.create(), databases.create()
    assert run_room(ROOM, {**flags, "candles_url": unharmed}).returncode == 0
    wanted = stored(unharmed), messages(redis_url)
    client = connect_redis(redis_url)
    client.flushall()
    client.close()

    flags["candles_url"] = harmed
    killed = run_room(ROOM, flags, failpoint=f"{ROOM}.{failpoint}:{times}")
    finished = run_room(ROOM, flags)

    assert killed.returncode == KILLED
    assert finished.returncode == 0, finished.stderr
    assert (stored(harmed), messages(redis_url)) == wanted
    databases.drop(unharmed)
    databases.drop(harmed)


def test_asked_to_stop_it_ends_well_before_its_history_is_read(
    flags: dict[str, object], postgres_url: str
) -> None:
    given = {**flags, "backfill_start": "20d", "requests_per_second": 20}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", f"services.{ROOM}.main"),
            *(f"--{name}={value}" for name, value in given.items()),
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    while len(stored(postgres_url)["market_data"]) < 900:
        assert process.poll() is None

    process.send_signal(signal.SIGTERM)
    _, text = process.communicate(timeout=30)

    assert process.returncode == 0
    assert re.search(r'"unfinished": ?[1-3]', text)
