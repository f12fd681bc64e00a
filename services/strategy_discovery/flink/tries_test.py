"""Counting what ends its worker, in a folder."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from services.strategy_discovery.flink.tries import Tries
from tradestream.errors import UnavailableError
from tradestream.testing.servers import REPOSITORY

_DIE = """
import os, sys
from contextlib import ExitStack
from pathlib import Path
from services.strategy_discovery.flink.tries import Tries
with ExitStack() as stack:
    for position in sys.argv[2:]:
        stack.enter_context(Tries(Path(sys.argv[1])).attempt(position))
    os._exit(9)
"""


def die(folder: Path, *positions: str) -> None:
    """Let processes of Flink die with these in hand."""
    finished = subprocess.run(
        [sys.executable, "-c", _DIE, str(folder), *positions],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=False,
        timeout=60,
    )
    assert finished.returncode == 9


def number_of(folder: Path, position: str) -> int:
    with Tries(folder).attempt(position) as number:
        return number


def test_what_ended_its_process_while_it_was_alone_is_counted(tmp_path: Path) -> None:
    for _ in range(3):  # the first of them may have been anybody's fault
        die(tmp_path, "3:42")

    assert number_of(tmp_path, "3:42") == 3
    assert number_of(tmp_path, "3:4") == 1


def test_a_neighbour_is_not_counted(tmp_path: Path) -> None:
    die(tmp_path, "3:43", "3:42")
    die(tmp_path, "3:42")

    assert number_of(tmp_path, "3:43") == 1
    assert number_of(tmp_path, "3:42") == 2


def test_what_was_in_hand_at_a_death_is_tried_alone(tmp_path: Path) -> None:
    die(tmp_path, "3:42")
    came_in = threading.Event()

    def try_it() -> None:
        with Tries(tmp_path).attempt("3:42"):
            came_in.set()

    with Tries(tmp_path).attempt("3:43"):
        thread = threading.Thread(target=try_it)
        thread.start()
        assert not came_in.wait(0.2)
    thread.join(30.0)
    assert came_in.is_set()


def test_nobody_waits_for_ever(tmp_path: Path) -> None:
    die(tmp_path, "3:42")

    with Tries(tmp_path).attempt("3:43"):
        impatient = Tries(tmp_path, wait_seconds=0.0)
        with (
            pytest.raises(UnavailableError, match="come to its turn in 0 s"),
            impatient.attempt("3:42"),
        ):
            pass

    # It died with somebody, but not alone, and waiting in vain is no death.
    assert number_of(tmp_path, "3:42") == 1


def test_who_waits_behind_somebody_who_is_alone_does_not_wait_for_ever(
    tmp_path: Path,
) -> None:
    die(tmp_path, "3:42")

    with (
        Tries(tmp_path).attempt("3:42"),
        pytest.raises(UnavailableError, match="others were not done"),
        Tries(tmp_path, wait_seconds=0.0).attempt("3:43"),
    ):
        pass


def test_what_was_answered_or_failed_begins_anew(tmp_path: Path) -> None:
    tries = Tries(tmp_path / "new")

    for _ in range(2):
        with tries.attempt("0:1") as number:
            assert number == 1
    with pytest.raises(RuntimeError), tries.attempt("0:1"):
        raise RuntimeError("the store is away")

    assert number_of(tmp_path / "new", "0:1") == 1


def test_an_old_worker_leaves_the_mark_of_a_new_one(tmp_path: Path) -> None:
    tries = Tries(tmp_path)

    with tries.attempt("0:1"):
        other = tmp_path / "0-1.new"  # as a worker after it made it
        other.touch()

    assert other.exists()


def test_what_else_lies_there_is_no_harm(tmp_path: Path) -> None:
    (tmp_path / "0-1").write_bytes(b"\xff garbage")
    (tmp_path / "0-1.").write_bytes(b"\xff garbage")

    assert number_of(tmp_path, "0:1") == 1
