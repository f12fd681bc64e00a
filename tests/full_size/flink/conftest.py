"""A cluster of Flink for the tests, and a world for the job."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.full_size.flink import discovery_world
from tests.full_size.flink.discovery_world import Seen, seen
from tests.full_size.kafka_world import topics
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.port import Message
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)
from tradestream.candle_store.factory import open_candle_store
from tradestream.local.full_size.flink_server import FlinkServer
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing.rooms import run_room
from tradestream.testing.servers import temporary_folder

LETTERS = dead_letters(DISCOVERY_REQUESTS)
_TOPICS = {
    DISCOVERY_REQUESTS: 4,
    DISCOVERED_STRATEGIES: 2,
    LETTERS: 1,
}


@dataclass(frozen=True, slots=True)
class World:
    """Bars in a store, topics on a broker, and the flags that name them."""

    bus: KafkaBus
    flags: dict[str, object]
    folder: Path


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
    with topics(kafka, _TOPICS):
        bus = KafkaBus(kafka.url)
        yield World(bus, {"bus_url": kafka.url, "candles_url": postgres_url}, tmp_path)
        bus.close()


@dataclass(frozen=True, slots=True)
class Expected:
    """What the workers made of some requests, in the same topics."""

    results: Seen
    letters: Seen

    def results_since(self, world: World) -> Seen:
        """Return results that came after those of the workers."""
        return seen(world.bus, DISCOVERED_STRATEGIES, self.results)

    def letters_since(self, world: World) -> Seen:
        """Return dead letters that came after those of the workers."""
        return seen(world.bus, LETTERS, self.letters)


@pytest.fixture
def answered_by_workers(world: World) -> Callable[[list[Message]], Expected]:
    """Return what has workers answer requests."""

    def answer(requests: list[Message]) -> Expected:
        world.bus.publish(DISCOVERY_REQUESTS, requests)
        flags = {**world.flags, "workers": 2, "member": "test", "drain": True}
        finished = run_room("strategy_discovery", flags)
        assert finished.returncode == 0, finished.stderr[-2000:]
        return Expected(
            seen(world.bus, DISCOVERED_STRATEGIES), seen(world.bus, LETTERS)
        )

    return answer
