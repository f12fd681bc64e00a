"""The room as processes, against real servers."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from protos.discovery.v1.request_pb2 import GAConfig, StrategyDiscoveryRequest
from services.strategy_discovery.backlog import GROUP
from tradestream.bus.codec import encode
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import DISCOVERED_STRATEGIES, DISCOVERY_REQUESTS
from tradestream.candle_store.factory import open_candle_store
from tradestream.candles import to_datetime
from tradestream.discovery.requests import request_id, timestamp
from tradestream.testing.markets import random_walk
from tradestream.testing.rooms import run_room

ROOM = "strategy_discovery"
WALK = random_walk(1_500)
START = (int(WALK.open_times[0]) // 3_600 + 1) * 3_600
STRATEGIES = ("SMA_RSI", "EMA_MACD", "DONCHIAN_BREAKOUT", "BBAND_W_R")


def flags(redis_url: str, postgres_url: str, **more: object) -> dict[str, object]:
    return {
        "bus_url": redis_url,
        "candles_url": postgres_url,
        "member": "test",
        "workers": 1,
        **more,
    }


@pytest.fixture
def requests(redis_bus: RedisStreamsBus, postgres_url: str) -> int:
    """Fill store and topic; return how many requests wait."""
    store = open_candle_store(postgres_url)
    store.write(WALK, source="test", written_at=datetime(2026, 1, 1, tzinfo=UTC))
    store.close()
    messages = []
    for minutes in (600, 900):
        for name in STRATEGIES:
            message = StrategyDiscoveryRequest(
                symbol="WALK-USD",
                interval="1m",
                start_time=timestamp(to_datetime(START)),
                end_time=timestamp(to_datetime(START + 60 * minutes)),
                strategy_name=name,
                ga_config=GAConfig(population_size=10, max_generations=3),
            )
            message.request_id = request_id(message)
            messages.append(encode(message, key="WALK-USD"))
    redis_bus.publish(DISCOVERY_REQUESTS, messages)
    return len(messages)


def results(bus: RedisStreamsBus) -> set[bytes]:
    return {r.message.value for r in bus.newest(DISCOVERED_STRATEGIES, 1_000)}


def last_line(errors: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(errors.splitlines()[-1])
    return found


@pytest.fixture
def room(redis_url: str, postgres_url: str) -> Iterator["subprocess.Popen[str]"]:
    """Return a running room that does not drain."""
    given = flags(redis_url, postgres_url, grace_seconds=30)
    process = subprocess.Popen(
        [sys.executable, "-m", f"services.{ROOM}.main"]
        + [f"--{name}={value}" for name, value in given.items()],
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    process.kill()
    process.communicate()


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.02)


@pytest.mark.parametrize("flag", ["max_batch", "row_budget_mib", "max_deliveries"])
def test_refuses_an_impossible_flag(flag: str) -> None:
    given = flags("redis://h", "postgresql://h/d", **{flag: 0})

    finished = run_room(ROOM, given)

    assert finished.returncode == 1
    assert len(finished.stderr.splitlines()) == 1


def test_a_server_that_does_not_answer_is_75(postgres_url: str) -> None:
    finished = run_room(ROOM, flags("redis://127.0.0.1:1", postgres_url))

    assert finished.returncode == 75
    assert len(finished.stderr.splitlines()) == 1


@pytest.mark.integration
def test_drains_the_topic_with_as_many_workers_as_wanted(
    redis_url: str, postgres_url: str, redis_bus: RedisStreamsBus, requests: int
) -> None:
    given = flags(redis_url, postgres_url, workers=2, drain=True)

    finished = run_room(ROOM, given)

    assert finished.returncode == 0, finished.stderr
    assert redis_bus.lag(DISCOVERY_REQUESTS, GROUP) == 0
    said = last_line(finished.stderr)
    assert said["searches"] == requests
    assert said["requests_per_second"] > 0


@pytest.mark.integration
@pytest.mark.parametrize("window", ["results_published", "dead_letters_published"])
def test_a_killed_worker_is_replaced_and_nothing_is_lost_or_doubled(
    window: str,
    redis_url: str,
    postgres_url: str,
    redis_bus: RedisStreamsBus,
    redis_client: Any,
    requests: int,
) -> None:
    given = flags(redis_url, postgres_url, drain=True)
    finished = run_room(ROOM, given, failpoint=f"{ROOM}.{window}:2")
    with_a_kill = results(redis_bus)
    redis_client.delete(DISCOVERED_STRATEGIES)
    redis_client.xgroup_setid(DISCOVERY_REQUESTS, GROUP, "0")

    run_room(ROOM, given)

    assert finished.returncode == 0, finished.stderr
    assert last_line(finished.stderr)["restarts"] == 1
    assert with_a_kill == results(redis_bus)
    assert len(with_a_kill) >= requests


@pytest.mark.integration
def test_says_that_it_is_ready_and_counts(
    redis_url: str, postgres_url: str, redis_bus: RedisStreamsBus, requests: int
) -> None:
    given = flags(redis_url, postgres_url, metrics_port=0)
    arguments = [f"--{name}={value}" for name, value in given.items()]
    with subprocess.Popen(
        [sys.executable, "-m", f"services.{ROOM}.main", *arguments],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        port = json.loads(process.stderr.readline())["metrics_port"]
        ready = get(f"http://127.0.0.1:{port}/ready")
        wait_until(lambda: redis_bus.lag(DISCOVERY_REQUESTS, GROUP) == 0)
        line = f'tradestream_{ROOM}_requests_total{{kind="search"}} {requests}.0'
        wait_until(lambda: line in get(f"http://127.0.0.1:{port}/metrics"))
        process.terminate()
        process.communicate(timeout=60)

    assert json.loads(ready)["dependencies"] == {"bus": "ok", "candle_store": "ok"}
    assert process.returncode == 0


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


@pytest.mark.integration
def test_sigterm_ends_it_with_0(
    room: "subprocess.Popen[str]", redis_bus: RedisStreamsBus, requests: int
) -> None:
    wait_until(lambda: len(results(redis_bus)) > 0)

    room.send_signal(signal.SIGTERM)
    _, errors = room.communicate(timeout=60)

    assert room.returncode == 0, errors
    said = last_line(errors)
    assert said["killed"] == 0
    assert said["searches"] + redis_bus.lag(DISCOVERY_REQUESTS, GROUP) == requests


@pytest.mark.integration
def test_workers_do_not_outlive_their_parent(
    room: "subprocess.Popen[str]",
    redis_bus: RedisStreamsBus,
    redis_client: Any,
    requests: int,
) -> None:
    del requests
    wait_until(lambda: redis_bus.lag(DISCOVERY_REQUESTS, GROUP) == 0)
    before = len(redis_client.client_list())

    os.kill(room.pid, signal.SIGKILL)

    # The parent has one connection, its worker another.
    wait_until(lambda: len(redis_client.client_list()) <= before - 2)
