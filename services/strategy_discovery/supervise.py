"""The parent of the worker processes: starts, watches, restarts, and stops them."""

import multiprocessing
import multiprocessing.connection
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from services.strategy_discovery.child import Settings, run_child
from services.strategy_discovery.limits import Done
from tradestream.runtime import failpoints

_LOOK_SECONDS = 0.25
_FIRST_PAUSE_SECONDS = 0.2
_LONGEST_PAUSE_SECONDS = 30.0
_EXIT_SECONDS = 5.0

Target = Callable[[Settings, int, Connection], None]


@dataclass(slots=True)
class _Worker:
    """One place for a worker process, whichever process fills it now."""

    number: int
    process: SpawnProcess | None = None
    reports: Connection | None = None
    failures: int = 0
    start_at: float = 0.0
    finished: bool = False


@dataclass(slots=True)
class Ended:
    """How the workers ended.

    Attributes:
        restarts: How often a worker was started again.
        killed: Workers that did not stop in time.
        gave_up: Whether a worker failed too often in a row.
        exit_status: Of the last worker that failed, 0 when none did.
    """

    restarts: int = 0
    killed: int = 0
    gave_up: bool = False
    exit_status: int = 0


@dataclass(slots=True)
class Supervisor:
    """Keeps `count` worker processes alive until asked to stop.

    Attributes:
        settings: What each worker needs to know.
        count: How many workers.
        stop: Asked several times a second.
        on_done: Told what became of each batch.
        on_restart: Told the exit status of each worker that failed.
        target: What a worker process runs.
        failures_allowed: In a row, of one worker, before all is given up; None
            to try for ever.
    """

    settings: Settings
    count: int
    stop: Callable[[], bool]
    on_done: Callable[[Done], None]
    on_restart: Callable[[int], None]
    target: Target = run_child
    failures_allowed: int | None = None
    _workers: list[_Worker] = field(default_factory=list)

    @property
    def alive(self) -> int:
        """How many workers run at this moment."""
        return sum(w.process is not None for w in self._workers)

    def run(self) -> Ended:
        """Start the workers; return when all have ended."""
        ended = Ended()
        self._workers = [_Worker(number) for number in range(self.count)]
        try:
            while not self.stop() and not all(w.finished for w in self._workers):
                self._start_due()
                self._look(ended)
                if self._given_up():
                    ended.gave_up = True
                    break
        finally:
            self._end_all(ended)
        return ended

    def _start_due(self) -> None:
        for worker in self._workers:
            due = worker.start_at <= time.monotonic()
            if worker.process is None and not worker.finished and due:
                self._start(worker)

    def _start(self, worker: _Worker) -> None:
        if worker.failures:
            # Chaos ends a process once; the one started in its place is to live.
            os.environ.pop(failpoints.VARIABLE, None)
        context = multiprocessing.get_context("spawn")
        worker.reports, ours = context.Pipe(duplex=False)
        worker.process = context.Process(
            target=self.target,
            args=(self.settings, worker.number, ours),
            name=f"{self.settings.member}-{worker.number}",
            daemon=True,
        )
        worker.process.start()
        ours.close()

    def _look(self, ended: Ended) -> None:
        """Wait a moment for reports and for ends of workers."""
        alive = [w for w in self._workers if w.process is not None]
        handles = [w.reports for w in alive if w.reports is not None]
        sentinels = [w.process.sentinel for w in alive if w.process is not None]
        if not handles:
            time.sleep(_LOOK_SECONDS)
            return
        multiprocessing.connection.wait([*handles, *sentinels], _LOOK_SECONDS)
        for worker in alive:
            gone = worker.process is not None and not worker.process.is_alive()
            self._receive(worker)
            if gone:
                self._bury(worker, ended)

    def _receive(self, worker: _Worker) -> None:
        try:
            while worker.reports is not None and worker.reports.poll():
                self.on_done(worker.reports.recv())
                worker.failures = 0
        except EOFError:
            pass  # the worker closed its end; `_bury` says how it ended

    def _bury(self, worker: _Worker, ended: Ended) -> None:
        assert worker.process is not None and worker.reports is not None  # noqa: S101, PT018
        worker.process.join()
        status = worker.process.exitcode or 0
        worker.process.close()
        worker.reports.close()
        worker.process = worker.reports = None
        if status == 0 and self.settings.limits.drain:
            worker.finished = True
            return
        pause = _FIRST_PAUSE_SECONDS * 2**worker.failures
        worker.failures += 1
        worker.start_at = time.monotonic() + min(pause, _LONGEST_PAUSE_SECONDS)
        ended.restarts += 1
        ended.exit_status = status
        self.on_restart(status)

    def _given_up(self) -> bool:
        allowed = self.failures_allowed
        return allowed is not None and any(w.failures > allowed for w in self._workers)

    def _end_all(self, ended: Ended) -> None:
        """Ask all workers to stop, wait for them, then do not wait any longer."""
        processes = [w.process for w in self._workers if w.process is not None]
        for process in processes:
            process.terminate()
        until = time.monotonic() + self.settings.grace_seconds + _EXIT_SECONDS
        for process in processes:
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
                ended.killed += 1
        for worker in self._workers:
            self._receive(worker)
