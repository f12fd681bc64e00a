"""Opening a bus whose messages are traced, if anything is."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tradestream.runtime.tracing import spans

if TYPE_CHECKING:
    from tradestream.bus.port import Bus


def opened(open_bus: "Callable[[], Bus]") -> "Bus":
    """Open a bus; where the process is traced, what passes it becomes spans."""
    bus = open_bus()
    tracer = spans.tracer()
    if tracer is None:
        return bus
    from tradestream.runtime.tracing.traced_bus import TracedBus

    return TracedBus(bus, tracer)
