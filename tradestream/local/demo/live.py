"""The demo in real time: every job on its schedule, workers beside them."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from rich.console import Console
from rich.live import Live
from rich.table import Table

from tradestream.local.demo.keeper import Keeper
from tradestream.local.demo.line import FLAGS
from tradestream.local.demo.rooms import Rooms, cores, last_fields, why
from tradestream.local.room_runs import RoomRun
from tradestream.local.rooms import Job, read_jobs
from tradestream.local.scheduler import Outcome, Run, Scheduler

TICK_SECONDS = 0.5
WORKER_PAUSE_SECONDS = 10.0
COLUMNS = (("room", 34), ("last run", 8), ("took", 7), ("next", 5))
SAID_LEAST = 20
STACK = "stack"


class RealTime:
    """Runs until it is interrupted.

    Args:
        rooms: Starts and ends the processes.
        keeper: Looks after the stack, before the jobs that need it.
        console: Where the table of rooms is shown.
        clock: Says what time it is.
    """

    def __init__(
        self,
        rooms: Rooms,
        keeper: Keeper,
        console: Console,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._rooms = rooms
        self._keeper = keeper
        self._console = console
        self._clock = clock
        self._runs: dict[str, RoomRun] = {}
        self._rows: dict[str, tuple[str, str, str]] = {}
        self._worker: RoomRun | None = None
        self._worker_not_before = 0.0
        now = clock().replace(second=0, microsecond=0)
        self._scheduler = Scheduler(read_jobs(), self._start, self._heard, now)

    def run(self) -> None:
        """Go on until KeyboardInterrupt."""
        live = Live(console=self._console, auto_refresh=False)
        show = self._console.is_terminal
        if show:
            live.start()
        try:
            while True:
                self._keep_stack()
                self._keep_worker()
                self._scheduler.tick(self._clock())
                if show:
                    live.update(self._table(), refresh=True)
                time.sleep(TICK_SECONDS)
        finally:
            live.stop()

    def _keep_stack(self) -> None:
        now = self._clock()
        happened = self._keeper.check(now)
        if happened is not None:
            said, seconds = happened
            self._say(STACK, f"{now:%H:%M:%S}", seconds, said)

    def _keep_worker(self) -> None:
        """Start the workers again when they ended, but not without a pause."""
        if self._worker is not None and self._worker.status() is None:
            return
        if time.monotonic() < self._worker_not_before:
            return
        if self._worker is not None:
            self._rooms.forget(self._worker)
        self._worker_not_before = time.monotonic() + WORKER_PAUSE_SECONDS
        workers = (f"--workers={cores()}",)
        self._worker = self._rooms.start_worker("strategy_discovery", workers)

    def _start(self, job: Job) -> Run:
        run = self._rooms.start(job.room, FLAGS.get(job.room, ()))
        self._runs[job.room] = run
        return run

    def _heard(self, outcome: Outcome) -> None:
        room = outcome.job.room
        run = self._runs.pop(room)
        self._rooms.forget(run)
        output = run.output()
        said = why(output) if outcome.status else _summary(last_fields(output))
        self._say(room, f"{outcome.started_at:%H:%M:%S}", run.seconds(), said)

    def _say(self, name: str, at: str, seconds: float, said: str) -> None:
        self._rows[name] = (at, f"{seconds:.1f} s", said)
        if not self._console.is_terminal:
            line = f"{at} {name} {seconds:.1f} s  {said}"
            self._console.print(line, soft_wrap=True, highlight=False)

    def _table(self) -> Table:
        table = Table(box=None)
        for title, width in COLUMNS:
            table.add_column(title, no_wrap=True, width=width)
        taken = sum(width + 2 for _, width in COLUMNS)
        left = max(self._console.width - taken - 2, SAID_LEAST)
        table.add_column("what it said", no_wrap=True, max_width=left)
        if STACK in self._rows:
            at, took, said = self._rows[STACK]
            table.add_row(STACK, at, took, "", said)
        now = self._clock()
        running = self._scheduler.running()
        for job in self._scheduler.jobs:
            at, took, said = self._rows.get(job.room, ("", "", ""))
            due = f"{job.schedule.next_after(now):%H:%M}"
            table.add_row(
                job.room, "runs" if job.room in running else at, took, due, said
            )
        return table


def _summary(fields: dict[str, object]) -> str:
    """Return a log line's numbers, for people."""
    known = {"room", "level", "timestamp", "event", "correlation_id", "seconds"}
    words = [
        f"{name} {value}"
        for name, value in fields.items()
        if name not in known and isinstance(value, int | float | str) and value
    ]
    return ", ".join([str(fields.get("event", "")), *words[:5]])
