"""Parts of the stack that ended are restarted, once a minute."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from tradestream.local.demo.keeper import Keeper
from tradestream.local.processes import StartError
from tradestream.local.stack import Stack
from tradestream.testing.servers import temporary_folder

NOW = datetime(2026, 1, 31, 12, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_minute_has_one_look() -> None:
    looks = []

    def restart_stopped() -> list[str]:
        looks.append(1)
        return ["postgres", "page"]

    keeper = Keeper(restart_stopped)
    seconds = [NOW, NOW + timedelta(seconds=29), NOW + timedelta(seconds=30)]
    said = [keeper.check(now) for now in seconds]

    assert len(looks) == 2
    assert [words and words[0] for words in said] == [
        "restarted postgres, page",
        None,
        "restarted postgres, page",
    ]


def test_a_stack_that_runs_is_not_spoken_of() -> None:
    assert Keeper(list).check(NOW) is None


def test_what_does_not_come_up_is_said_and_tried_again() -> None:
    answers = iter([StartError("port 20001 of postgres is taken"), None])

    def restart_stopped() -> list[str]:
        error = next(answers)
        if error is not None:
            raise error
        return ["postgres"]

    keeper = Keeper(restart_stopped)
    first, second = keeper.check(NOW), keeper.check(NOW + MINUTE)

    assert first is not None
    assert first[0] == "not restarted: port 20001 of postgres is taken"
    assert second is not None
    assert second[0] == "restarted postgres"


@pytest.mark.integration
def test_every_part_that_is_killed_comes_up_again() -> None:
    with temporary_folder("stack") as folder:
        stack = Stack(folder / "stack")
        try:
            stack.up()
            keeper = Keeper(stack.restart_stopped)
            assert keeper.check(NOW) is None
            for handle in stack.running().values():
                assert handle is not None
                os.kill(handle.pid, signal.SIGKILL)
            deadline = time.monotonic() + 30
            while any(stack.running().values()):
                assert time.monotonic() < deadline
                time.sleep(0.01)

            said = keeper.check(NOW + MINUTE)

            assert said is not None
            assert said[0] == "restarted postgres, redis, simulator, page"
            assert all(stack.running().values())
        finally:
            stack.down()
