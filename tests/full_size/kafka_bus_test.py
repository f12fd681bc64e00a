"""The bus on a real broker keeps the contract of all buses."""

from collections.abc import Iterator

import pytest

from tests.full_size.kafka_world import topics
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.kafka_consumer import KafkaConsumer
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.port import Bus
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing.bus_contract import BusContract, OpenBus

SHORTEST_SESSION = 6.0
"""Seconds; what a broker takes at least, unless told otherwise."""


class WatchedBus(KafkaBus):
    """A bus that closes the consumers that a test leaves behind."""

    def __init__(self, url: str, times: KafkaTimes) -> None:
        super().__init__(url, times=times)
        self._consumers: list[KafkaConsumer] = []

    def consumer(
        self, topic: str, group: str, *, member: str = "main"
    ) -> KafkaConsumer:
        """Join `group`, and remember it."""
        self._consumers.append(super().consumer(topic, group, member=member))
        return self._consumers[-1]

    def close(self) -> None:
        """Leave all groups, then give back all connections."""
        for consumer in self._consumers:
            consumer.close()
        super().close()


@pytest.fixture
def open_bus(kafka: KafkaServer) -> Iterator[OpenBus]:
    """Topics of one partition: the order of that one is the order of all."""
    buses: list[WatchedBus] = []

    def open_it(takeover_seconds: float) -> Bus:
        # To take over at once means from a member that is stuck: it has a second.
        stuck = max(1.0, min(takeover_seconds, KafkaTimes().max_poll))
        times = KafkaTimes(join=1.0, session=SHORTEST_SESSION, max_poll=stuck)
        buses.append(WatchedBus(kafka.url, times))
        return buses[-1]

    with topics(kafka, {"t": 1, "new": 1, "t.dlq": 1}):
        yield open_it
        for bus in buses:
            bus.close()


class TestKafkaBus(BusContract):
    """The contract."""
