"""Running independent pieces of work on threads, and remembering what is done.

Compiled code runs without the interpreter lock, so threads use all cores; they
share the compiled code and the bars, which processes would each load again.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Protocol


class Journal(Protocol):
    """Remembers pieces of work that were finished."""

    def read(self, key: str) -> Any:
        """Return what was written for `key`; None if nothing was."""
        ...

    def write(self, key: str, value: Any) -> None:
        """Remember a JSON-able value."""
        ...


class Forgetful:
    """A journal that remembers nothing."""

    def read(self, key: str) -> Any:
        """Return None."""

    def write(self, key: str, value: Any) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work.

    Attributes:
        work: Does it; knows nothing of other jobs.
        told: Called with the outcome, by the thread that runs all jobs.
    """

    work: Callable[[], Any]
    told: Callable[[Any], None]


def run_jobs(jobs: Sequence[Job], workers: int) -> list[Any]:
    """Run jobs on so many threads; return their outcomes in the order of `jobs`.

    An error of a job ends all: those that wait are not begun.
    """
    outcomes: list[Any] = [None] * len(jobs)
    if workers == 1:
        for place, job in enumerate(jobs):
            outcomes[place] = job.work()
            job.told(outcomes[place])
        return outcomes
    with ThreadPoolExecutor(workers) as pool:
        places: dict[Future[Any], int] = {
            pool.submit(job.work): place for place, job in enumerate(jobs)
        }
        try:
            _collect(places, jobs, outcomes)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
    return outcomes


def _collect(
    places: dict[Future[Any], int], jobs: Sequence[Job], outcomes: list[Any]
) -> None:
    waiting = set(places)
    while waiting:
        # A short wait lets an interrupt through.
        done, waiting = wait(waiting, timeout=0.2, return_when=FIRST_EXCEPTION)
        for future in sorted(done, key=places.__getitem__):
            place = places[future]
            outcomes[place] = future.result()
            jobs[place].told(outcomes[place])
