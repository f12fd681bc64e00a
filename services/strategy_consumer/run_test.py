"""One run tells the truth about what waits."""

from datetime import UTC, datetime

import pytest

from services.strategy_consumer.consume import GROUP
from services.strategy_consumer.meters import METERS
from services.strategy_consumer.run import run_once
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERED_STRATEGIES
from tradestream.errors import UnavailableError
from tradestream.postgres import connect
from tradestream.runtime.metrics import RoomMetrics

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def messages_read(bus: MemoryBus, postgres_url: str) -> int:
    return run_once(
        lambda: bus,
        lambda: connect(postgres_url),
        RoomMetrics(METERS),
        batch=10,
        budget_seconds=60,
        now=NOW,
    ).messages


def test_a_run_that_is_given_nothing_of_what_waits_is_tried_again(
    postgres_url: str,
) -> None:
    bus = MemoryBus()
    bus.publish(DISCOVERED_STRATEGIES, [Message("BTC-USD", b"any")] * 2)
    bus.consumer(DISCOVERED_STRATEGIES, GROUP, member="elsewhere").poll(2, 0.0)

    with pytest.raises(UnavailableError, match=r"2 wait.* was given none"):
        messages_read(bus, postgres_url)


def test_a_run_without_anything_to_read_succeeds(postgres_url: str) -> None:
    assert messages_read(MemoryBus(), postgres_url) == 0
