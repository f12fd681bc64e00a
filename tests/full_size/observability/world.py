"""A run whose rooms can be spoken for, with no other words than they declare."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.full_size.observability.run import Run
from tradestream.runtime.meters import RoomMeters
from tradestream.runtime.metrics import RoomMetrics

Labels = Mapping[str, str]
SPOKEN_FOR = (
    "strategy_discovery_request_factory",
    "strategy_confidence_scorer",
    "risk_adjusted_sizing",
    "trade_signal_generator",
    "strategy_robustness",
)
"""Jobs that do not run here, unless something is to be seen of them."""


@dataclass(slots=True)
class _Said:
    at: datetime | None = None
    seconds: float = 1.0
    gauges: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class World:
    """The full stack, its rooms, and what was said for rooms that did not run."""

    run: Run
    _said: dict[str, _Said] = field(default_factory=dict)

    def say(
        self,
        room: str,
        *,
        at: datetime | None = None,
        seconds: float | None = None,
        gauges: Mapping[str, float] | None = None,
        counts: Sequence[tuple[str, Labels]] = (),
    ) -> None:
        """Push what a run of `room` would push; what was said before stays.

        Args:
            room: Whose metrics, as it declares them.
            at: Time of the run; None: now.
            seconds: How long it took.
            gauges: Values by what they measure.
            counts: Counters that grow by one, with their labels.

        Raises:
            ValueError: If the room declares no such metric.
        """
        said = self._said.setdefault(room, _Said())
        said.at = at or said.at
        said.seconds = seconds or said.seconds
        said.gauges |= gauges or {}
        metrics = RoomMetrics(declared(room), pushgateway_url=self.run.pushgateway_url)
        for what, value in said.gauges.items():
            metrics.gauge(what).set(value)
        for what, labels in counts:
            metrics.counter(what).inc(1, **labels)
        metrics.finish(said.at or datetime.now(UTC), said.seconds)

    def unsay(self) -> None:
        """Have all rooms that were spoken for say that nothing is wrong."""
        for room in {*SPOKEN_FOR, *self._said}:
            self._said.pop(room, None)
            self.say(room)

    def fired(self, seconds: float) -> dict[tuple[str, str], Labels]:
        """Return labels of what fired within so many seconds.

        Returns:
            By name and severity of the alert, one of them.
        """
        fired = f'last_over_time(ALERTS{{alertstate="firing"}}[{int(seconds) + 1}s])'
        found = (series["metric"] for series in self.run.prometheus.ask(fired))
        return {(one["alertname"], one["severity"]): one for one in found}


def declared(room: str) -> RoomMeters:
    """Return what a room measures."""
    found = importlib.import_module(f"services.{room}.meters").METERS
    assert isinstance(found, RoomMeters)
    return found
