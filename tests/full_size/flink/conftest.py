"""A cluster of Flink for the tests, and a world for the job."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.full_size.flink import discovery_world
from tests.full_size.flink.world import TOPICS, Expected, World, answered_by_workers
from tests.full_size.kafka_world import topics
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.port import Message
from tradestream.candle_store.factory import open_candle_store
from tradestream.local.full_size.flink_server import FlinkServer
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing.servers import temporary_folder


@pytest.fixture(scope="session")
def flink() -> Iterator[FlinkServer]:
    """Return a running JobManager and TaskManager with two slots."""
    with temporary_folder("flink") as folder:
        server = FlinkServer(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()


@pytest.fixture
def world(kafka: KafkaServer, postgres_url: str, tmp_path: Path) -> Iterator[World]:
    """Return a world with bars and without requests."""
    store = open_candle_store(postgres_url)
    discovery_world.fill(store)
    store.close()
    with topics(kafka, TOPICS):
        bus = KafkaBus(kafka.url)
        yield World(bus, {"bus_url": kafka.url, "candles_url": postgres_url}, tmp_path)
        bus.close()


@pytest.fixture(name="answered_by_workers")
def workers(world: World) -> Callable[[list[Message]], Expected]:
    """Return what has workers answer requests."""
    return partial(answered_by_workers, world)
