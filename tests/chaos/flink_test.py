"""The run on Flink counts by what it says, and fails when it says nothing."""

from pathlib import Path

import pytest

from tests.chaos.failpoints import REPOSITORY
from tests.chaos.flink import PROGRAM, FlinkError, kill_taskmanagers


def program(folder: Path, text: str) -> list[str]:
    path = folder / "program.py"
    path.write_text(text)
    return [str(path)]


def test_what_is_lost_and_doubled_on_flink_is_taken_over(tmp_path: Path) -> None:
    says = (
        "import sys; print('some log'); "
        'print(\'{"kills": %d, "compared": 9, "lost": ["a"], "doubled": []}\''
        " % int(sys.argv[1].split('=')[1]))"
    )

    end = kill_taskmanagers(3, 1, program(tmp_path, says))

    assert (end.kills, end.compared) == (3, 9)
    assert end.difference.lost == ("a",)
    assert end.difference.doubled == ()


def test_a_run_that_fails_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(FlinkError, match="no slots"):
        kill_taskmanagers(1, 1, program(tmp_path, "raise SystemExit('no slots')"))


def test_a_run_that_takes_too_long_may_still_clean_up(tmp_path: Path) -> None:
    cleaned = tmp_path / "cleaned"
    waits = f"""
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
try:
    print("begun", flush=True)
    time.sleep(600)
finally:
    pathlib.Path({str(cleaned)!r}).touch()
"""

    with pytest.raises(FlinkError, match=r"not done after 3 s:\nbegun"):
        kill_taskmanagers(1, 1, program(tmp_path, waits), seconds_a_kill=1.0)

    assert cleaned.exists()


def test_the_program_is_there() -> None:
    path = REPOSITORY.joinpath(*PROGRAM.split("."))

    assert "__main__" in path.with_suffix(".py").read_text(encoding="utf-8")
