"""`tradestream up --size=full`: the stack with Kafka and InfluxDB."""

import json
import os
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaConsumer

from tradestream.local.full_size.stack import SERVERS
from tradestream.testing.stack_cli import Cli, is_alive, stack_cli, text, wait_until

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def started() -> Iterator[Cli]:
    with stack_cli() as cli:
        finished = cli.run("up", "--size=full")
        assert finished.returncode == 0, finished.stderr
        yield cli


def test_every_server_runs_and_topics_are_as_declared(started: Cli) -> None:
    described = started.status()

    assert described["running"] is True
    assert described["size"] == "full"
    assert set(SERVERS) <= set(started.pids())
    assert text(described, "candles_url").endswith("/tradestream/candles")
    assert len(topics(text(described, "bus_url"))) > 10


def topics(bus_url: str) -> set[str]:
    consumer = KafkaConsumer(bootstrap_servers=bus_url.removeprefix("kafka://"))
    found = set(consumer.topics())
    consumer.close()
    return found


def test_what_was_killed_comes_back_where_it_was(started: Cli) -> None:
    before = started.status()
    pids = started.pids()
    killed = {name: pids[name] for name in ("kafka", "influxdb", "prometheus")}
    for pid in killed.values():
        kill(pid)

    finished = started.run("up")  # the folder knows its size

    assert finished.returncode == 0, finished.stderr
    after = started.status()
    assert after["running"] is True
    assert {k: v for k, v in after.items() if k != "pids"} == {
        k: v for k, v in before.items() if k != "pids"
    }
    still = {k: v for k, v in started.pids().items() if k not in killed}
    assert still == {k: v for k, v in pids.items() if k not in killed}


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not is_alive(pid))


def test_a_room_pushes_its_metrics_to_the_stack(started: Cli) -> None:
    finished = started.run("run", "top_crypto_updater")

    assert finished.returncode == 0, finished.stderr
    ports = started.status()["ports"]
    assert isinstance(ports, dict)
    url = f"http://127.0.0.1:{ports['pushgateway']}/api/v1/metrics"
    with urllib.request.urlopen(url, timeout=10) as answer:
        groups = json.load(answer)["data"]
    assert "top_crypto_updater" in {group["labels"]["job"] for group in groups}


def test_a_folder_keeps_its_size(started: Cli) -> None:
    finished = started.run("up", "--size=small")

    assert finished.returncode == 1
    assert "a stack of size small is required" in finished.stderr
    assert "was full" in finished.stderr


def test_a_lost_token_is_named(started: Cli) -> None:
    token = Path(text(started.status(), "candles_password_file"))
    content = token.read_text()
    kill(started.pids()["influxdb"])
    token.unlink()

    finished = started.run("up")

    token.write_text(content)
    assert finished.returncode == 1
    assert str(token) in finished.stderr
    assert started.run("up").returncode == 0


def test_down_leaves_nothing_running() -> None:
    with stack_cli() as cli:
        assert cli.run("up", "--size=full").returncode == 0
        pids = cli.pids()

        assert cli.run("down").returncode == 0

        assert [name for name, pid in pids.items() if is_alive(pid)] == []
