"""Metrics of a room: served by workers, pushed by jobs.

Values are kept in plain dictionaries; the Prometheus client is imported only
when they are shown, because most runs of most jobs show them to nobody.
"""

from collections.abc import Iterator
from datetime import datetime
from http.client import HTTPException
from os import EX_TEMPFAIL
from typing import TYPE_CHECKING

from tradestream.runtime.health import Checks
from tradestream.runtime.logs import get_logger
from tradestream.runtime.meters import JOB, PREFIX, RoomMeters
from tradestream.runtime.series import Series
from tradestream.runtime.traffic import TRAFFIC

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.metrics_core import Metric


class RoomMetrics:
    """The metrics of one room, named `tradestream_<room>_<what>`.

    Args:
        meters: What the room declares.
        port: Where `serve` listens; None: it does not.
        pushgateway_url: Where a run is pushed to; None: nowhere.
        host: Address that `serve` listens on.
    """

    def __init__(
        self,
        meters: RoomMeters,
        *,
        port: int | None = None,
        pushgateway_url: str | None = None,
        host: str = "0.0.0.0",  # noqa: S104  scraped from outside its pod
    ) -> None:
        self.room = meters.room
        self._port = port
        self._pushgateway_url = pushgateway_url
        self._host = host
        self._series = {
            name: Series(name, meter)
            for what, meter in meters.meters.items()
            for name in (meters.full_name(what),)
        }

    def counter(self, what: str) -> Series:
        """Return the counter `tradestream_<room>_<what>`; `what` ends in `_total`."""
        return self._get(what, is_counter=True)

    def gauge(self, what: str) -> Series:
        """Return the gauge `tradestream_<room>_<what>`, e.g. `run_duration_seconds`."""
        return self._get(what, is_counter=False)

    def success(self, now: datetime) -> None:
        """Note that a run or batch succeeded, in `…_last_success_timestamp_seconds`."""
        self.gauge("last_success_timestamp_seconds").set(now.timestamp())

    def finish(self, now: datetime, seconds: float, *, succeeded: bool = True) -> None:
        """Note that a job's run ends with status 0, and push everything.

        A gateway that does not answer is a warning: the work itself is done.

        Args:
            now: The time of the run.
            seconds: How long it took.
            succeeded: False if a part of its work is left, so that a room to
                which that happens again and again is seen to be late.
        """
        self.counter("runs_total").inc(status="0")
        self.gauge("run_duration_seconds").set(seconds)
        if succeeded:
            self.success(now)
        self.push()

    def fail(self, now: datetime, status: int) -> None:
        """Note that a run ends with `status`, and push that, and that only.

        What the last finished run pushed stays.
        """
        self.counter("runs_total").inc(status="75" if status == EX_TEMPFAIL else "1")
        self.gauge("last_failure_timestamp_seconds").set(now.timestamp())
        self._push(replace=False)

    def push(self) -> None:
        """Send everything to the Pushgateway, if one is set."""
        self._push(replace=True)

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
        """Yield every metric that has a value, as Prometheus collectors do."""
        self._take_traffic()
        for series in self._series.values():
            family = series.family()
            if family.samples:
                yield family

    def _push(self, *, replace: bool) -> None:
        if self._pushgateway_url is None:
            return
        from tradestream.runtime.pushing import push

        self._take_traffic()
        url = self._pushgateway_url.rstrip("/")
        try:
            push(url, self.room, self._series, self.registry(), replace=replace)
        except (OSError, HTTPException, ValueError) as error:
            get_logger(self.room).warning("metrics not pushed", reason=str(error))

    def _take_traffic(self) -> None:
        """Add what the adapters of this process counted since it was taken."""
        for what, labels, amount in TRAFFIC.take():
            series = self._series.get(f"{PREFIX}_{self.room}_{what}")
            if series is not None:
                series.inc(amount, **labels)

    def _get(self, what: str, *, is_counter: bool) -> Series:
        series = self._series.get(f"{PREFIX}_{self.room}_{what}")
        if series is None or series.meter.is_counter != is_counter:
            kind = "counter" if is_counter else "gauge"
            raise ValueError(f"a declared {kind} of {self.room} is required: {what}")
        return series


def push_failure(
    room: str, pushgateway_url: str | None, now: datetime, status: int
) -> None:
    """Tell the Pushgateway, if one is set, that a run of `room` failed."""
    if pushgateway_url is not None:
        meters = RoomMeters.of(room, JOB, TRAFFIC.meters())
        RoomMetrics(meters, pushgateway_url=pushgateway_url).fail(now, status)
