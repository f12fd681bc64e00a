"""What a gauge shows of the requests that wait."""

import threading
from collections.abc import Callable
from typing import cast

from services.strategy_discovery.backlog import GROUP, Backlog
from services.strategy_discovery.meters import METERS
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Bus, Message
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.errors import UnavailableError
from tradestream.runtime.metrics import RoomMetrics
from tradestream.runtime.series import Series

DEADLINE_SECONDS = 30.0


class AwayBus:
    """A bus that does not answer."""

    def lag(self, topic: str, group: str) -> int:
        raise UnavailableError(f"bus did not answer for {topic} and {group}")


def becomes(gauge: Series, wanted: Callable[[list[float]], bool]) -> bool:
    """Say whether the values of a gauge become what is wanted."""
    never, deadline = threading.Event(), DEADLINE_SECONDS
    while not wanted([value for _, value in gauge.samples()]) and deadline > 0:
        never.wait(0.01)
        deadline -= 0.01
    return wanted([value for _, value in gauge.samples()])


def test_a_gauge_follows_what_waits(bus: MemoryBus) -> None:
    gauge = RoomMetrics(METERS).gauge("lag_requests")
    bus.consumer(DISCOVERY_REQUESTS, GROUP)

    with Backlog(bus).followed_by(gauge, 0.01):
        assert becomes(gauge, [0.0].__eq__)
        bus.publish(DISCOVERY_REQUESTS, [Message("BTC-USD", b"", {})] * 3)
        assert becomes(gauge, [3.0].__eq__)


def test_a_gauge_is_empty_while_the_bus_is_away() -> None:
    gauge = RoomMetrics(METERS).gauge("lag_requests")
    gauge.set(7)

    with Backlog(cast(Bus, AwayBus())).followed_by(gauge, 0.01):
        assert becomes(gauge, [].__eq__)
