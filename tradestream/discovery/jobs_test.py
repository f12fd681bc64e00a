"""Jobs end in their own order, and an error ends them all."""

from functools import partial
from threading import Event

import pytest

from tradestream.discovery.jobs import Job, run_jobs


def ignore(_outcome: object) -> None:
    """Take what a job says."""


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_outcomes_are_in_the_order_of_the_jobs(workers: int) -> None:
    told: list[int] = []

    jobs = [Job(partial(pow, n, 2), told.append) for n in range(20)]

    found = run_jobs(jobs, workers)

    assert found == [n * n for n in range(20)]
    assert sorted(told) == found


def test_jobs_run_side_by_side() -> None:
    meeting = [Event(), Event()]

    def meet(own: int) -> bool:
        meeting[own].set()
        return meeting[1 - own].wait(60)

    jobs = [Job(partial(meet, n), ignore) for n in range(2)]

    assert run_jobs(jobs, 2) == [True, True]


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_ends_all(workers: int) -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 1:
            raise RuntimeError("broken")
        done.append(number)

    jobs = [Job(partial(work, n), ignore) for n in range(200)]

    with pytest.raises(RuntimeError, match="broken"):
        run_jobs(jobs, workers)
    assert len(done) < 199
