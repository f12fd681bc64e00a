"""Runs jobs when they are due, as a cluster's CronJobs do.

A job never overlaps itself (`concurrencyPolicy: Forbid`), ends at its deadline,
and is tried again, twice, after exit status 75. Jobs that are due in the same
minute start in the order of their stages, each after the one before it has
ended, or after a patience, so that a slow search never delays a signal.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from tradestream.local.rooms import Job

RETRIES = 2
RETRY_SECONDS = 5.0
PATIENCE_SECONDS = 10.0


class Run(Protocol):
    """One running process of a room."""

    def status(self) -> int | None:
        """Return its exit status, None while it runs."""
        ...

    def end(self) -> None:
        """End it, and wait until it is gone."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one run.

    Attributes:
        job: What ran.
        started_at: When.
        seconds: How long it took.
        status: Exit status; None when the deadline ended it.
        will_retry: Whether it is tried again.
    """

    job: Job
    started_at: datetime
    seconds: float
    status: int | None
    will_retry: bool


@dataclass(slots=True)
class _Active:
    job: Job
    run: Run
    started_at: datetime
    attempt: int


@dataclass(slots=True)
class _Chain:
    """The jobs of one minute that have not started, next first."""

    waiting: list[Job]
    previous: str | None = None
    previous_at: datetime | None = None


@dataclass(slots=True)
class _Retry:
    job: Job
    at: datetime
    attempt: int


@dataclass(slots=True)
class Scheduler:
    """Starts and watches jobs; somebody calls `tick` about once a second.

    Attributes:
        jobs: What there is to run.
        start: Starts a room and returns its run.
        report: Hears of every run that ended.
        last_minute: The newest minute whose jobs were started.
    """

    jobs: Sequence[Job]
    start: Callable[[Job], Run]
    report: Callable[[Outcome], None]
    last_minute: datetime
    _active: dict[str, _Active] = field(default_factory=dict)
    _chains: list[_Chain] = field(default_factory=list)
    _retries: list[_Retry] = field(default_factory=list)

    def tick(self, now: datetime) -> None:
        """Collect what ended, then start what is due."""
        for active in list(self._active.values()):
            self._watch(active, now)
        self._queue_due(now)
        for retry in [r for r in self._retries if r.at <= now]:
            self._retries.remove(retry)
            self._start(retry.job, now, retry.attempt)
        for chain in self._chains:
            self._advance(chain, now)
        self._chains = [chain for chain in self._chains if chain.waiting]

    def running(self) -> list[str]:
        """Return the names of the rooms that run."""
        return list(self._active)

    def stop(self) -> None:
        """End everything that runs."""
        for active in self._active.values():
            active.run.end()
        self._active.clear()
        self._chains.clear()
        self._retries.clear()

    def _queue_due(self, now: datetime) -> None:
        minute = now.replace(second=0, microsecond=0)
        if minute <= self.last_minute:
            return
        # After a pause (a laptop that slept) only the newest minute counts: a run
        # makes up for those that were missed.
        due = [job for job in self.jobs if self._is_due(job, minute)]
        self.last_minute = minute
        if due:
            self._chains.append(_Chain(sorted(due, key=lambda job: job.stage)))

    def _is_due(self, job: Job, minute: datetime) -> bool:
        return job.schedule.next_after(self.last_minute) <= minute

    def _advance(self, chain: _Chain, now: datetime) -> None:
        while chain.waiting and self._may_go_on(chain, now):
            job = chain.waiting.pop(0)
            if self._start(job, now, attempt=1):
                chain.previous, chain.previous_at = job.room, now

    def _may_go_on(self, chain: _Chain, now: datetime) -> bool:
        if chain.previous is None or chain.previous not in self._active:
            return True
        assert chain.previous_at is not None  # noqa: S101  set together
        return now - chain.previous_at >= timedelta(seconds=PATIENCE_SECONDS)

    def _start(self, job: Job, now: datetime, attempt: int) -> bool:
        if job.room in self._active:
            return False
        self._active[job.room] = _Active(job, self.start(job), now, attempt)
        return True

    def _watch(self, active: _Active, now: datetime) -> None:
        job = active.job
        status = active.run.status()
        age = now - active.started_at
        if status is None:
            if age < timedelta(seconds=job.deadline_seconds):
                return
            active.run.end()
        del self._active[job.room]
        retry = status == os.EX_TEMPFAIL and active.attempt <= RETRIES
        if retry:
            at = now + timedelta(seconds=RETRY_SECONDS * active.attempt)
            self._retries.append(_Retry(job, at, active.attempt + 1))
        self.report(Outcome(job, active.started_at, age.total_seconds(), status, retry))
