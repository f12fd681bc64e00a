"""What adapters of this process did: counted where it happens, told by its room.

An adapter knows neither room nor metrics. What it counts here, the room's metrics
take before they are shown or pushed, if the room declares them.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tradestream.runtime.meters import Meter, counter

REPEATED, FAILED = "repeated", "failed"
_OUTCOMES = (REPEATED, FAILED)

SENT_TO_BUS = counter(
    "bus_sent_bytes_total", "bytes", "bytes of messages that the bus took"
)
BUS_TROUBLES = counter(
    "bus_troubles_total",
    "troubles",
    "calls of the bus without a good answer: made again, or given up",
    outcome=_OUTCOMES,
)
BUS = (SENT_TO_BUS, BUS_TROUBLES)
"""What every room says of its bus."""

SENT_TO_STORE = counter(
    "candles_sent_bytes_total", "bytes", "bytes of bars that InfluxDB took"
)
REFUSED_BATCHES = counter(
    "candles_refused_batches_total",
    "batches",
    "batches of bars, or halves of them, that InfluxDB refused",
)
STORE_TROUBLES = counter(
    "candles_troubles_total",
    "troubles",
    "calls of InfluxDB without a good answer: made again, or given up",
    outcome=_OUTCOMES,
)
CANDLES = (STORE_TROUBLES,)
"""What every room says of its candle store."""

STORED = (SENT_TO_STORE, REFUSED_BATCHES)
"""What a room says that writes to it."""

_METERS: Mapping[str, Meter] = MappingProxyType(
    {meter.what: meter for meter in (*BUS, *CANDLES, *STORED)}
)

Counted = Sequence[tuple[str, Mapping[str, str], float]]
"""What was counted: metric, labels, and how much of it."""


class Traffic:
    """Counts of one process; any thread may add to them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def count(self, meter: Meter, amount: int = 1, *, outcome: str = "") -> None:
        """Add to one of these counters."""
        with self._lock:
            self._counts[meter.what, outcome] += amount

    def give(self, counted: Counted) -> None:
        """Add what another process took."""
        for what, labels, amount in counted:
            outcome = labels.get("outcome", "")
            self.count(_METERS[what], int(amount), outcome=outcome)

    def meters(self) -> list[Meter]:
        """Return the counters that were counted since they were taken."""
        with self._lock:
            return [_METERS[what] for what in {what for what, _ in self._counts}]

    def take(self) -> Counted:
        """Return what was counted, and begin at 0 again."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        return [
            (what, {"outcome": outcome} if outcome else {}, float(amount))
            for (what, outcome), amount in counts.items()
        ]


TRAFFIC = Traffic()
"""Of this process. Everything that its adapters do is of one room."""
