"""T6, T7, T25 to T27: topics, metrics and logs, chart, binaries."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.contracts.gateway import Gateway
from tests.contracts.world import FACTORY, GARBAGE, SCORER, TOPICS, World
from tradestream.bus import topics
from tradestream.bus.port import Message
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)
from tradestream.local.ports import choose
from tradestream.testing.servers import valkey_server

REPOSITORY = Path(__file__).parents[2]
OURS = (
    "candles", "market-trades", "market-quotes", "backtest-requests", "orders",
    "fills", "decisions",
)  # fmt: skip


SCHEDULES = {
    "top_crypto_updater": "*/15 * * * *",
    "candle_ingestor": "*/1 * * * *",
    "strategy_discovery_request_factory": "*/5 * * * *",
    "strategy_consumer": "*/5 * * * *",
    "strategy_confidence_scorer": "*/5 * * * *",
    "strategy_rotation": "*/5 * * * *",
    "risk_adjusted_sizing": "*/1 * * * *",
    "trade_signal_generator": "*/1 * * * *",
    "strategy_robustness": "*/10 * * * *",
}


def declared_topics() -> dict[str, dict[str, Any]]:
    text = (REPOSITORY / "platform" / "kafka" / "topics.yaml").read_text("utf-8")
    declared: dict[str, dict[str, Any]] = yaml.safe_load(text)["topics"]
    return declared


def all_rooms() -> dict[str, dict[str, Any]]:
    text = (REPOSITORY / "charts" / "tradestream" / "rooms.yaml").read_text("utf-8")
    rooms: dict[str, dict[str, Any]] = yaml.safe_load(text)["rooms"]
    return rooms


def test_T06_every_topic_of_ours_and_every_dead_letter_topic_has_its_name() -> None:
    named = {
        value
        for name, value in vars(topics).items()
        if name.isupper() and isinstance(value, str)
    }

    assert set(TOPICS) | {"candles"} <= named
    assert named | set(OURS) <= declared_topics().keys()
    assert dead_letters("candles") == "candles.dlq"


@pytest.mark.integration
@pytest.mark.parametrize("topic", [DISCOVERY_REQUESTS, DISCOVERED_STRATEGIES])
def test_T06_what_cannot_be_read_is_kept_with_reason_and_place(
    world: World, topic: str
) -> None:
    (letter,) = world.records[dead_letters(topic)]
    position = world.records[topic][0].position

    assert letter.message.value == GARBAGE
    assert letter.message.key == "TREND-USD"
    assert letter.message.headers["dead_letter_topic"] == topic
    assert letter.message.headers["dead_letter_position"] == position
    assert "nonsense" in letter.message.headers["dead_letter_reason"]


def test_T07_every_topic_is_declared_in_full() -> None:
    declared = declared_topics()

    for name, settings in declared.items():
        assert settings["partitions"] >= 1, name
        assert settings["replication"] == 3, name
        assert settings["min_insync_replicas"] == 2, name
        assert settings["retention"], name
        assert settings["cleanup"] in ("delete", "compact"), name
    for name in [name for name in declared if not name.endswith(".dlq")]:
        assert dead_letters(name) in declared


@pytest.mark.integration
@pytest.mark.parametrize(
    ("room", "flags"),
    [
        ("strategy_discovery_request_factory", {**FACTORY, "symbols": "TREND-USD"}),
        ("strategy_consumer", {}),
        ("strategy_confidence_scorer", SCORER),
        ("strategy_rotation", {}),
        ("risk_adjusted_sizing", {}),
        ("trade_signal_generator", {"wait_for_bar": "0"}),
    ],
)
def test_T25_a_job_pushes_its_metrics(
    world: World, redis_url: str, gateway: Gateway, room: str, flags: dict[str, str]
) -> None:
    world.redis_url = redis_url

    line = world.run(room, pushgateway_url=gateway.url, **flags)

    pushed = gateway.pushed[room]
    assert f"\ntradestream_{room}_last_success_timestamp_seconds " in f"\n{pushed}"
    assert f"# TYPE tradestream_{room}_" in pushed
    assert line["room"] == room
    assert line["level"] == "info"


@contextmanager
def worker(world: World, port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a discovery worker that serves its metrics."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "services.strategy_discovery.main",
            f"--bus_url={world.redis_url}",
            f"--candles_url={world.postgres_url}",
            "--workers=1",
            f"--metrics_port={port}",
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.integration
def test_T25_a_worker_serves_metrics_liveness_and_readiness(world: World) -> None:
    port = choose(1)[0]
    url = f"http://127.0.0.1:{port}"

    with valkey_server() as own:
        mine = replace(world, redis_url=own.url())
        bus = RedisStreamsBus.open(mine.redis_url)
        bus.publish(DISCOVERY_REQUESTS, [Message("TREND-USD", GARBAGE, {})])
        bus.close()
        with worker(mine, port) as process:
            while "dead_letters_total 1.0" not in read(f"{url}/metrics"):
                assert process.poll() is None
            ready = requests.get(f"{url}/ready", timeout=10)
            own.stop()
            not_ready = requests.get(f"{url}/ready", timeout=30)
            alive = requests.get(f"{url}/health", timeout=10)

    assert ready.status_code == alive.status_code == 200
    assert not_ready.status_code == 503
    assert "bus" in ready.text
    assert "candle_store" in not_ready.text


def read(url: str) -> str:
    """Return what is served there, nothing while nothing is."""
    try:
        return requests.get(url, timeout=1).text
    except requests.RequestException:
        return ""


@pytest.mark.integration
def test_T25_a_correlation_id_follows_every_message(world: World) -> None:
    for topic in TOPICS:
        for record in world.records[topic]:
            if record.message.headers["type"] != "nonsense":
                assert record.message.headers["correlation_id"], topic
    entered = [
        line for line in world.logs["strategy_rotation"] if "strategy_id" in line
    ]
    assert len(entered) > 0
    assert all(line["correlation_id"] for line in entered)


def test_T26_the_chart_has_every_room_with_its_schedule() -> None:
    chart = REPOSITORY / "charts" / "tradestream"
    jobs = {
        name: row["schedule"] for name, row in all_rooms().items() if "schedule" in row
    }
    values = yaml.safe_load((chart / "values.yaml").read_text("utf-8"))

    assert jobs == SCHEDULES
    assert values["rooms"].keys() == all_rooms().keys()
    # What Helm makes of it is tested in tests/full_size/chart.
    assert 'Files.Get "rooms.yaml"' in (chart / "templates/_rooms.tpl").read_text()
    assert "concurrencyPolicy: Forbid" in (chart / "templates/jobs.yaml").read_text()


def test_T27_every_room_is_a_binary_an_image_and_a_structure_test() -> None:
    for room in all_rooms():
        folder = REPOSITORY / "services" / room
        build = (folder / "BUILD.bazel").read_text("utf-8")
        structure = yaml.safe_load(
            (folder / "container-structure-test.yaml").read_text("utf-8")
        )
        assert 'py_binary(\n    name = "main"' in build, room
        assert 'service_image(\n    name = "image"' in build, room
        assert structure["commandTests"], room
        assert structure["metadataTest"]["user"] != "0", room


@pytest.mark.parametrize("room", sorted(all_rooms()))
def test_T27_every_room_explains_and_checks_its_flags(room: str) -> None:
    main = [sys.executable, "-m", f"services.{room}.main"]

    explained = subprocess.run(
        [*main, "--help"], capture_output=True, text=True, check=False, timeout=60
    )
    refused = subprocess.run(
        [*main, "--no_such_flag=1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert explained.returncode == 0
    assert "--" in explained.stdout
    assert refused.returncode == 1
    assert "no_such_flag" in refused.stderr
    assert refused.stderr.count("\n") == 1
