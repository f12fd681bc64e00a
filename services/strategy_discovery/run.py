"""From settings to running workers: log lines, metrics, health, exit status."""

import os
import time
from dataclasses import dataclass, field

from services.strategy_discovery.backlog import Backlog
from services.strategy_discovery.child import Settings
from services.strategy_discovery.limits import Done
from services.strategy_discovery.supervise import Ended, Supervisor
from tradestream.runtime.clock import Clock
from tradestream.runtime.health import Checks
from tradestream.runtime.logs import RoomLog, get_logger
from tradestream.runtime.metrics import RoomMetrics
from tradestream.runtime.shutdown import Shutdown
from tradestream.runtime.traffic import TRAFFIC

REPORT_SECONDS = 60.0
DRAIN_FAILURES = 5


def run_workers(
    settings: Settings, metrics: RoomMetrics, clock: Clock, *, workers: int
) -> int:
    """Keep workers alive until asked to stop; return the exit status.

    Args:
        settings: What each worker needs to know.
        metrics: Metrics of this room.
        clock: Says when a batch was answered last.
        workers: Processes; 0 for one a core.

    Raises:
        UnavailableError: If bus or store does not answer at the start.
    """
    shutdown = Shutdown()
    # Opened here as well: a wrong URL, password, or topic ends the room at once,
    # with its one line, and readiness has connections of its own to ask.
    bus, store = settings.open_bus(), settings.open_store()
    log = get_logger("strategy_discovery")
    tally = Tally(metrics, clock, log)
    backlog = Backlog(bus)
    backlog.lag()
    checks: Checks = {"bus": backlog.lag, "candle_store": store.symbols}
    port = metrics.serve(checks)
    count = workers or os.cpu_count() or 1
    metrics.gauge("running_workers").set(count)
    log.info("workers start", workers=count, metrics_port=port)
    supervisor = Supervisor(
        settings,
        count,
        stop=lambda: shutdown.requested,
        on_done=tally.add,
        on_restart=tally.restarted,
        failures_allowed=DRAIN_FAILURES if settings.limits.drain else None,
    )
    try:
        with backlog.followed_by(metrics.gauge("lag_requests")):
            ended = supervisor.run()
        if settings.limits.drain:  # a job then, that nobody scrapes
            metrics.push()
    finally:
        store.close()
        bus.close()
    tally.tell("workers ended", restarts=ended.restarts, killed=ended.killed)
    return _status(ended)


def _status(ended: Ended) -> int:
    """Return 0, or the status of a worker that failed too often in a row."""
    if not ended.gave_up:
        return 0
    return ended.exit_status if ended.exit_status > 0 else 1


@dataclass(slots=True)
class Tally:
    """What all workers did, in metrics and in a log line a minute.

    Attributes:
        metrics: Metrics of this room.
        clock: Says when a batch was answered last.
        log: Where the line goes.
        total: What was done since the start.
    """

    metrics: RoomMetrics
    clock: Clock
    log: RoomLog
    total: Done = field(default_factory=Done)
    _started: float = field(default_factory=time.monotonic)
    _told: float = field(default_factory=time.monotonic)

    def add(self, done: Done) -> None:
        """Note what became of one batch."""
        for name in ("searches", "exams", "results", "trials", "dead", "seconds"):
            setattr(self.total, name, getattr(self.total, name) + getattr(done, name))
        requests = self.metrics.counter("requests_total")
        requests.inc(done.searches, kind="search")
        requests.inc(done.exams, kind="exam")
        self.metrics.counter("results_total").inc(done.results)
        self.metrics.counter("trials_total").inc(done.trials)
        self.metrics.counter("dead_letters_total").inc(done.dead)
        self.metrics.counter("busy_seconds_total").inc(done.seconds)
        TRAFFIC.give(done.traffic)
        self.metrics.success(self.clock.now())
        if time.monotonic() - self._told >= REPORT_SECONDS:
            self.tell("requests answered")

    def restarted(self, status: int) -> None:
        """Note that a worker failed and is started again."""
        self.metrics.counter("restarts_total").inc()
        self.log.warning("worker restarted", exit_status=status)

    def tell(self, event: str, **fields: object) -> None:
        """Write one line about everything since the start."""
        self._told = time.monotonic()
        seconds = self._told - self._started
        answered = self.total.searches + self.total.exams
        self.log.info(
            event,
            searches=self.total.searches,
            exams=self.total.exams,
            results=self.total.results,
            trials=self.total.trials,
            dead_letters=self.total.dead,
            duration_seconds=round(seconds, 3),
            busy_seconds=round(self.total.seconds, 3),
            requests_per_second=round(answered / seconds, 2) if seconds else None,
            **fields,
        )
