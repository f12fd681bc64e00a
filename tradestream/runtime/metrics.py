"""Metrics of a room: served by workers, pushed by jobs.

Values are kept in plain dictionaries; the Prometheus client is imported only
when they are shown, because most runs of most jobs show them to nobody.
"""

import threading
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from tradestream.runtime.health import Checks
from tradestream.runtime.logs import get_logger

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric

PUSH_TIMEOUT_SECONDS = 5.0


class Series:
    """One metric, a number for each set of labels."""

    def __init__(self, name: str, what: str, *, is_counter: bool) -> None:
        self.name = name
        self.what = what
        self.is_counter = is_counter
        self._lock = threading.Lock()
        self._values: dict[tuple[tuple[str, str], ...], float] = {}

    def inc(self, amount: float = 1, **labels: str) -> None:
        """Add `amount`, at least 0 for a counter."""
        if self.is_counter and amount < 0:
            raise ValueError(f"{self.name} must grow, was {amount}")
        key = tuple(sorted(labels.items()))
        with self._lock:
            self._values[key] = self._values.get(key, 0.0) + amount

    def set(self, value: float, **labels: str) -> None:
        """Make a gauge hold `value`."""
        if self.is_counter:
            raise ValueError(f"{self.name} is a counter and cannot be set")
        with self._lock:
            self._values[tuple(sorted(labels.items()))] = float(value)

    def value(self, **labels: str) -> float:
        """Return the number for these labels, 0 when there was none."""
        with self._lock:
            return self._values.get(tuple(sorted(labels.items())), 0.0)

    def samples(self) -> list[tuple[dict[str, str], float]]:
        """Return every set of labels with its number."""
        with self._lock:
            return [(dict(key), value) for key, value in self._values.items()]


class RoomMetrics:
    """The metrics of one room, named `tradestream_<room>_<what>`.

    Args:
        room: Name of the room.
        port: Where `serve` listens; None: it does not.
        pushgateway_url: Where `push` sends to; None: nowhere.
        host: Address that `serve` listens on.
    """

    def __init__(
        self,
        room: str,
        *,
        port: int | None = None,
        pushgateway_url: str | None = None,
        host: str = "0.0.0.0",  # noqa: S104  scraped from outside its pod
    ) -> None:
        self.room = room
        self._port = port
        self._pushgateway_url = pushgateway_url
        self._host = host
        self._series: dict[str, Series] = {}

    def counter(self, what: str) -> Series:
        """Return the counter `tradestream_<room>_<what>`; `what` ends in `_total`."""
        suffix = "" if what.endswith("_total") else "_total"
        return self._get(f"{what}{suffix}", is_counter=True)

    def gauge(self, what: str) -> Series:
        """Return the gauge `tradestream_<room>_<what>`, e.g. `run_duration_seconds`."""
        return self._get(what, is_counter=False)

    def success(self, now: datetime) -> None:
        """Note that a run succeeded, in `…_last_success_timestamp_seconds`."""
        self.gauge("last_success_timestamp_seconds").set(now.timestamp())

    def push(self) -> None:
        """Send everything to the Pushgateway, if one is set.

        A gateway that does not answer is a warning: the work itself is done.
        """
        if self._pushgateway_url is None:
            return
        from prometheus_client import push_to_gateway

        try:
            push_to_gateway(
                self._pushgateway_url,
                job=self.room,
                registry=self.registry(),
                timeout=PUSH_TIMEOUT_SECONDS,
            )
        except OSError as error:
            get_logger(self.room).warning("metrics not pushed", reason=str(error))

    def serve(self, checks: Checks | None = None) -> int | None:
        """Serve `/metrics`, `/health`, `/ready` in the background, if a port is set.

        Returns:
            The port that is listened on, None when none was set.

        Raises:
            ConfigurationError: If the port is taken.
        """
        if self._port is None:
            return None
        from tradestream.runtime.metrics_server import serve_metrics

        return serve_metrics(self._host, self._port, self.registry(), checks or {})

    def registry(self) -> "CollectorRegistry":
        """Return a Prometheus registry that shows the values of the moment."""
        from prometheus_client import CollectorRegistry

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return registry

    def collect(self) -> "Iterator[Metric]":
        """Yield every metric, as Prometheus collectors do."""
        from prometheus_client.metrics_core import Metric

        for series in list(self._series.values()):
            kind = "counter" if series.is_counter else "gauge"
            family = Metric(series.name.removesuffix("_total"), series.what, kind)
            for labels, value in series.samples():
                family.add_sample(series.name, labels, value)
            yield family

    def _get(self, what: str, *, is_counter: bool) -> Series:
        name = f"tradestream_{self.room}_{what}"
        if name not in self._series:
            text = f"{what.replace('_', ' ')} of {self.room}"
            self._series[name] = Series(name, text, is_counter=is_counter)
        return self._series[name]
