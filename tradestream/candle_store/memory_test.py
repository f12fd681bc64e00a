"""The candle store in memory keeps the contract."""

import pytest

from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.testing.candle_store_contract import CandleStoreContract


@pytest.fixture
def store() -> MemoryCandleStore:
    return MemoryCandleStore()


class TestMemoryCandleStore(CandleStoreContract):
    """Every test of the contract."""
