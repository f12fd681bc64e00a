"""What waits for the workers, asked from time to time and when a probe asks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tradestream.bus.port import Bus
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.errors import TradeStreamError
from tradestream.runtime.series import Series

GROUP = "strategy_discovery"
EVERY_SECONDS = 15.0


class Backlog:
    """How many requests the group has not answered yet.

    Args:
        bus: Asked by one thread at a time.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._asking = threading.Lock()

    def lag(self) -> int:
        """Return the number of requests; UnavailableError if the bus is away."""
        with self._asking:
            return self._bus.lag(DISCOVERY_REQUESTS, GROUP)

    @contextmanager
    def followed_by(
        self, gauge: Series, every_seconds: float = EVERY_SECONDS
    ) -> Iterator[None]:
        """Keep a gauge up to date meanwhile; empty while the bus does not answer.

        In the background: a scrape must be answered though the bus is away.
        """
        ended = threading.Event()

        def follow() -> None:
            while True:
                try:
                    gauge.set(self.lag())
                except TradeStreamError:
                    gauge.clear()
                if ended.wait(every_seconds):
                    return

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
