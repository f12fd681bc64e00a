"""The bus on a real broker keeps the contract of all buses."""

from collections.abc import Iterator

import pytest

from tests.full_size.kafka_world import contract_buses
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing.bus_contract import BusContract, OpenBus


@pytest.fixture
def open_bus(kafka: KafkaServer) -> Iterator[OpenBus]:
    with contract_buses(kafka) as opener:
        yield opener


class TestKafkaBus(BusContract):
    """The contract."""
