"""Three brokers keep the contract of all buses, while one of them is killed."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from kafka import KafkaAdminClient

from tests.full_size.kafka_world import contract_buses
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing.bus_contract import BusContract, OpenBus

TESTS_BEFORE = 4
"""Then a broker dies in the middle of a test, and the rest is kept by two."""
JOIN_SECONDS = 30.0
"""For a group whose coordinator has just died."""


@dataclass
class Death:
    """Kills the broker that leads `t`, once, after it acknowledged something.

    Attributes:
        server: The brokers.
        tests: How many have begun.
        dead: The number of the killed broker, 0 before.
    """

    server: KafkaServer
    tests: int = 0
    dead: int = 0

    def published(self) -> None:
        """Kill, if it is time."""
        if self.tests > TESTS_BEFORE and not self.dead:
            self.dead = self._leader()
            self.server.kill(self.dead)

    def _leader(self) -> int:
        admin = KafkaAdminClient(bootstrap_servers=self.server.bootstrap)
        try:
            (topic,) = admin.describe_topics(["t"])
            return int(topic["partitions"][0]["leader_id"])
        finally:
            admin.close()


@pytest.fixture(scope="module")
def death(three_brokers: KafkaServer) -> Iterator[Death]:
    waiting = Death(three_brokers)
    yield waiting
    assert waiting.dead or waiting.tests <= TESTS_BEFORE
    assert not waiting.dead or three_brokers.running(waiting.dead) is None


@pytest.fixture
def open_bus(death: Death) -> Iterator[OpenBus]:
    death.tests += 1
    replication = 2 if death.dead else 3
    with contract_buses(
        death.server,
        replication=replication,
        join=JOIN_SECONDS,
        published=death.published,
    ) as opener:
        yield opener


class TestKafkaBusWithoutABroker(BusContract):
    """The contract."""
