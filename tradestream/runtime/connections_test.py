"""--only_check_connections, as an installation's tests use it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tradestream.testing.rooms import run_room

REPOSITORY = Path(__file__).parents[2]
AWAY = "http://127.0.0.1:9"
NOBODY = "redis://127.0.0.1:9/0"
STORE = "postgresql://nobody@127.0.0.1:9/none"


def check(names: str, bus_url: str) -> "subprocess.CompletedProcess[str]":
    """Run a room that has a bus and a candle store, but shall not run."""
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "services.strategy_discovery.main",
            f"--bus_url={bus_url}",
            f"--candles_url={STORE}",
            f"--only_check_connections={names}",
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.integration
def test_a_connection_that_answers_is_said_and_ends_with_0(redis_url: str) -> None:
    finished = check("bus", redis_url)

    (line,) = finished.stderr.splitlines()
    assert finished.returncode == 0
    assert json.loads(line)["connection"] == "bus"


def test_a_connection_that_does_not_answer_ends_with_75() -> None:
    finished = check("bus", NOBODY)

    assert finished.returncode == 75
    assert "did not answer" in finished.stderr


@pytest.mark.integration
def test_all_are_tried_when_all_are_asked_for(redis_url: str) -> None:
    finished = check("all", redis_url)

    assert finished.returncode == 75
    assert "postgres at 127.0.0.1:9" in finished.stderr


def test_a_room_without_connections_does_not_run_either() -> None:
    finished = subprocess.run(
        [
            sys.executable,
            "-m",
            "services.exchange_simulator.main",
            "--only_check_connections=all",
            "--port=0",
        ],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert (finished.returncode, finished.stderr) == (0, "")


def test_a_connection_that_the_room_has_not_is_refused() -> None:
    finished = check("redis", NOBODY)

    assert finished.returncode == 1
    assert "(bus, candles), was redis" in finished.stderr


@pytest.mark.parametrize(
    ("room", "asked", "flags"),
    [
        (
            "candle_ingestor",
            "venue",
            {"coinbase_rest_url": AWAY, "candles_url": STORE, "bus_url": NOBODY},
        ),
        (
            "top_crypto_updater",
            "coinmarketcap",
            {"coinmarketcap_url": AWAY, "coinmarketcap_key_file": __file__},
        ),
    ],
)
def test_a_server_that_is_only_asked_is_asked(
    room: str, asked: str, flags: dict[str, object]
) -> None:
    told = {**flags, "redis_url": NOBODY, "only_check_connections": asked}

    finished = run_room(room, told)

    assert finished.returncode == 75, finished.stderr
    assert "127.0.0.1:9" in finished.stderr
