"""Fixtures of the full size: real servers, started when the first test asks for one.

Or those that the environment names, see given_servers.py.
"""

import gc
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.full_size import given_servers
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.local.ports import choose
from tradestream.local.postgres_server import PostgresServer
from tradestream.local.valkey_server import ValkeyServer
from tradestream.testing import servers
from tradestream.testing.servers import temporary_folder

_numbers = itertools.count(1)
_FOLDER = Path(__file__).parent
_SECONDS = 1200
_LATE_SOCKETS = "ignore:unclosed <socket.*127.0.0.1:ResourceWarning"
_WITH_KAFKA_PYTHON = (
    "kafka_*_test.py",
    "servers_test.py",
    "stack_test.py",
    "trace_test.py",
    "flink/*_test.py",
    "cluster/main_line_test.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give these tests more time than others: each starts servers and clusters.

    And do not hold against those that have a client of kafka-python what it does:
    when closed, it closes its sockets in a thread, which on a busy machine comes too
    late.
    """
    for item in items:
        if _FOLDER not in item.path.parents:
            continue
        if _has_kafka_python(item.path):
            item.add_marker(pytest.mark.filterwarnings(_LATE_SOCKETS))
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(_SECONDS))


def _has_kafka_python(path: Path) -> bool:
    return any(path.match(pattern) for pattern in _WITH_KAFKA_PYTHON)


@pytest.fixture(scope="module", autouse=True)
def late_sockets(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let no file answer for sockets that a file with kafka-python before it left."""
    yield
    if _has_kafka_python(request.path):
        gc.collect()


@pytest.fixture(scope="session")
def kafka() -> Iterator[KafkaServer]:
    """Return one running broker; use `topic` for names that no other test has."""
    if given := given_servers.kafka():
        yield given
        return
    with temporary_folder("kafka") as folder:
        server = KafkaServer(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="module")
def three_brokers() -> Iterator[KafkaServer]:
    """Return three running brokers; `kill(n)` ends one, `start_node(n)` brings it."""
    with temporary_folder("kafka") as folder:
        # Three heaps in the memory of a small machine.
        server = KafkaServer(folder, nodes=3, heap="320m")
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture
def whole_cluster(three_brokers: KafkaServer) -> KafkaServer:
    """Return three brokers that all run, whichever a test before has killed."""
    three_brokers.start()
    return three_brokers


@pytest.fixture(scope="session")
def influxdb() -> Iterator[InfluxDBServer]:
    """Return a running InfluxDB with the bucket `candles`, kept 365 days."""
    if given := given_servers.influxdb():
        yield given
        return
    with temporary_folder("influxdb") as folder:
        server = InfluxDBServer(folder / "data", choose(1)[0], folder / "influxdb.log")
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Return a running PostgreSQL; databases of tests live in it."""
    if given := given_servers.postgres():
        yield given
        return
    with servers.postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    """Return a running Redis or Valkey without a password."""
    if given := given_servers.redis():
        yield given
        return
    with servers.valkey_server() as server:
        yield server


@pytest.fixture
def topic() -> Callable[[str], str]:
    """Return what makes the name of a topic that no other test has."""

    def name(base: str) -> str:
        return f"{base}_{os.getpid()}_{next(_numbers)}"

    return name
