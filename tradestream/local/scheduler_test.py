"""Jobs on their schedule, with processes and time that the test moves."""

from datetime import UTC, datetime, timedelta

import pytest

from tradestream.local import cron
from tradestream.local.rooms import Job, read_jobs
from tradestream.local.scheduler import Outcome, Run, Scheduler

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


class FakeRun:
    """A process that ends when the test says so."""

    def __init__(self) -> None:
        self.result: int | None = None
        self.was_ended = False

    def status(self) -> int | None:
        return self.result

    def end(self) -> None:
        self.was_ended = True


class Machine:
    """A scheduler, its runs, and what it reported."""

    def __init__(self, *jobs: Job) -> None:
        self.started: list[str] = []
        self.runs: dict[str, FakeRun] = {}
        self.outcomes: list[Outcome] = []
        self.scheduler = Scheduler(jobs, self._start, self.outcomes.append, START)

    def _start(self, job: Job) -> Run:
        self.started.append(job.room)
        self.runs[job.room] = FakeRun()
        return self.runs[job.room]

    def tick(self, seconds: float) -> None:
        self.scheduler.tick(START + timedelta(seconds=seconds))


def job(room: str, schedule: str = "*/1 * * * *", stage: int = 1) -> Job:
    return Job(room, cron.parse(schedule), 50.0, stage)


def test_starts_a_job_in_its_minute_and_once() -> None:
    machine = Machine(job("a"))

    machine.tick(59)
    assert machine.started == []
    machine.tick(60)
    machine.runs["a"].result = 0
    machine.tick(61)
    machine.tick(100)

    assert machine.started == ["a"]
    assert machine.outcomes == [
        Outcome(job("a"), START + timedelta(seconds=60), 1.0, 0, will_retry=False)
    ]


def test_a_job_never_overlaps_itself() -> None:
    slow = Job("a", cron.parse("* * * * *"), 500.0, 1)
    machine = Machine(slow)

    machine.tick(60)
    machine.tick(120)
    machine.runs["a"].result = 0
    machine.tick(121)
    machine.tick(180)

    assert machine.started == ["a", "a"]


def test_a_run_past_its_deadline_is_ended() -> None:
    machine = Machine(job("a"))

    machine.tick(60)
    machine.tick(109)
    assert not machine.runs["a"].was_ended
    machine.tick(110)

    assert machine.runs["a"].was_ended
    assert [o.status for o in machine.outcomes] == [None]


def test_stages_follow_each_other() -> None:
    machine = Machine(
        job("late", stage=3), job("early", stage=1), job("middle", stage=2)
    )

    machine.tick(60)
    assert machine.started == ["early"]
    machine.runs["early"].result = 0
    machine.tick(61)
    assert machine.started == ["early", "middle"]
    machine.runs["middle"].result = 1
    machine.tick(62)

    assert machine.started == ["early", "middle", "late"]


def test_a_slow_stage_does_not_hold_up_the_next_for_long() -> None:
    machine = Machine(job("slow", stage=1), job("signals", stage=2))

    machine.tick(60)
    machine.tick(69)
    assert machine.started == ["slow"]
    machine.tick(70)

    assert machine.started == ["slow", "signals"]


def test_tries_again_after_75_but_not_for_ever() -> None:
    machine = Machine(job("a", "0 13 * * *"))
    machine.tick(3600)
    for again in (3610, 3630, 3660):
        machine.runs["a"].result = 75
        machine.tick(again - 1)
        machine.tick(again + 9)

    assert machine.started == ["a", "a", "a"]
    assert [o.will_retry for o in machine.outcomes] == [True, True, False]


@pytest.mark.parametrize("status", [0, 1, -9])
def test_tries_again_only_after_75(status: int) -> None:
    machine = Machine(job("a", "0 13 * * *"))
    machine.tick(3600)
    machine.runs["a"].result = status
    machine.tick(3601)
    machine.tick(3700)

    assert machine.started == ["a"]


def test_a_pause_is_made_up_for_by_one_run() -> None:
    machine = Machine(job("a"), job("b", "*/15 * * * *"), job("c", "0 20 * * *"))

    machine.tick(3 * 3600 + 7 * 60)
    machine.runs["a"].result = 0
    machine.tick(3 * 3600 + 7 * 60 + 1)

    assert machine.started == ["a", "b"]


def test_stop_ends_what_runs() -> None:
    machine = Machine(job("a"))
    machine.tick(60)

    machine.scheduler.stop()

    assert machine.runs["a"].was_ended
    assert machine.scheduler.running() == []


def test_the_table_of_rooms_is_read() -> None:
    jobs = {found.room: found for found in read_jobs()}

    assert jobs["candle_ingestor"].stage < jobs["trade_signal_generator"].stage
    assert jobs["candle_ingestor"].schedule.matches(START + timedelta(minutes=7))
    assert "strategy_discovery" not in jobs
