"""Buses on one Redis, for the contract that every bus keeps."""

from collections.abc import Iterator
from contextlib import contextmanager

from tradestream.bus.port import Bus
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.redis import connect
from tradestream.testing.bus_contract import OpenBus


@contextmanager
def redis_buses(url: str) -> Iterator[OpenBus]:
    """Yield what opens connections to a server; all are closed at the end."""
    opened: list[Bus] = []

    def open_it(takeover_seconds: float) -> Bus:
        client = connect(url, text=False)
        opened.append(RedisStreamsBus(client, takeover_seconds=takeover_seconds))
        return opened[-1]

    yield open_it
    for bus in opened:
        bus.close()
