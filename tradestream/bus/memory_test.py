"""The bus in memory keeps the contract of all buses."""

import pytest

from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Bus
from tradestream.testing.bus_contract import BusContract, OpenBus


@pytest.fixture
def open_bus() -> OpenBus:
    shared = MemoryBus()

    def open_it(takeover_seconds: float) -> Bus:
        shared.takeover_seconds = takeover_seconds
        return shared

    return open_it


class TestMemoryBus(BusContract):
    """The contract."""
