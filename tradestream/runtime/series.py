"""The values of one metric: a number for each set of labels."""

import threading
from typing import TYPE_CHECKING

from tradestream.runtime.meters import Meter

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

Labels = tuple[tuple[str, str], ...]


class Series:
    """One metric of a room.

    Args:
        name: Its full name.
        meter: What was declared of it. A counter begins at 0 for all labels that
            are known beforehand, so that its first step is seen.
    """

    def __init__(self, name: str, meter: Meter) -> None:
        self.name = name
        self.meter = meter
        self._lock = threading.Lock()
        self._values: dict[Labels, float] = {}
        if meter.is_counter:
            for labels in meter.known_labels():
                self._values[_key(labels)] = 0.0

    def inc(self, amount: float = 1, **labels: str) -> None:
        """Add `amount`, at least 0 for a counter."""
        if self.meter.is_counter and amount < 0:
            raise ValueError(f"{self.name} must grow, was {amount}")
        self.meter.check(labels)
        self.add(labels, amount)

    def set(self, value: float, **labels: str) -> None:
        """Make a gauge hold `value`."""
        if self.meter.is_counter:
            raise ValueError(f"{self.name} is a counter and cannot be set")
        self.meter.check(labels)
        with self._lock:
            self._values[_key(labels)] = float(value)

    def clear(self) -> None:
        """Have a gauge show nothing, since its value is not known any more."""
        with self._lock:
            self._values.clear()

    def add(self, labels: dict[str, str], amount: float) -> None:
        """Add to a value, whatever its labels were declared to be."""
        with self._lock:
            self._values[_key(labels)] = self._values.get(_key(labels), 0.0) + amount

    def value(self, **labels: str) -> float:
        """Return the number for these labels, 0 when there was none."""
        with self._lock:
            return self._values.get(_key(labels), 0.0)

    def samples(self) -> list[tuple[dict[str, str], float]]:
        """Return every set of labels with its number."""
        with self._lock:
            return [(dict(key), value) for key, value in self._values.items()]

    def family(self) -> "Metric":
        """Return name, type, help, and values as Prometheus' client shows them."""
        from prometheus_client.metrics_core import Metric

        kind = "counter" if self.meter.is_counter else "gauge"
        family = Metric(self.name.removesuffix("_total"), self.meter.says, kind)
        for labels, value in self.samples():
            family.add_sample(self.name, labels, value)
        return family


def _key(labels: dict[str, str]) -> Labels:
    return tuple(sorted(labels.items()))
