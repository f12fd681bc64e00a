"""What Prometheus gets of Flink: the names that rules and dashboards ask for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.full_size.flink.discovery_world import SYMBOLS, exam, poison, searches
from tests.full_size.flink.running_job import eventually, running_job
from tests.full_size.flink.world import World
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.local.full_size.flink_server import FlinkServer
from tradestream.local.full_size.prometheus_server import (
    CONFIGURATION,
    PrometheusServer,
)
from tradestream.local.ports import choose
from tradestream.testing.servers import temporary_folder

DASHBOARDS = CONFIGURATION.parent / "grafana" / "dashboards"
ASKED = [
    *sorted((CONFIGURATION / "rules").glob("*.yaml")),
    *sorted(DASHBOARDS.glob("*.json")),
]
_NAME = re.compile(r"\bflink_[\w.+()?*|]+")
REQUESTS = 12


@pytest.fixture
def flink() -> Iterator[FlinkServer]:
    """Return a cluster that serves metrics."""
    with temporary_folder("flink") as folder:
        server = FlinkServer(folder, metrics=True)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture
def prometheus(flink: FlinkServer, tmp_path: Path) -> Iterator[str]:
    """Return the address of a Prometheus that scrapes the cluster."""
    (port,) = choose(1)
    server = PrometheusServer(
        tmp_path / "prometheus",
        port,
        tmp_path / "prometheus.log",
        "127.0.0.1:9",
        {},
        every_seconds=2,
        flink=flink.metrics_addresses,
    )
    try:
        server.start()
        yield server.url
    finally:
        server.stop()


def names() -> set[str]:
    """Return every name of Flink's that a rule or a panel asks for, as a pattern."""
    return {name for path in ASKED for name in _NAME.findall(path.read_text("utf-8"))}


def test_rules_and_dashboards_get_what_they_ask_flink_for(
    world: World, flink: FlinkServer, prometheus: str
) -> None:
    def ask(expression: str) -> list[dict[str, dict[str, str]]]:
        url = f"{prometheus}/api/v1/query"
        answer = requests.get(url, params={"query": expression}, timeout=30).json()
        assert answer["status"] == "success", answer
        found: list[dict[str, dict[str, str]]] = answer["data"]["result"]
        return found

    flags = {**world.flags, "checkpoint_interval": 2, "resume": "none"}
    flags["checkpoint_dir"] = world.folder / "checkpoints"
    with running_job(flink, world.folder / "job.log", flags) as job:
        asked = [*searches(REQUESTS), exam(SYMBOLS[0]), *poison().values()]
        world.bus.publish(DISCOVERY_REQUESTS, asked)
        answered = (
            "sum(flink_taskmanager_job_task_operator_"
            f"tradestream_strategy_discovery_requests_total) == {REQUESTS + 1}"
        )
        eventually(lambda: bool(ask(answered)), "all requests are counted")
        missing = {name for name in names() if not ask(f'{{__name__=~"{name}"}}')}
        jobs = {series["metric"]["job"] for series in ask('{__name__=~"flink_.+"}')}
        up = [series["metric"]["instance"] for series in ask('up{job="flink"} == 1')]
        job.stop()

    assert names()
    assert missing == set()
    assert jobs == {"flink"}
    assert sorted(up) == sorted(flink.metrics_addresses)
