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


def test_the_program_is_there() -> None:
    path = REPOSITORY.joinpath(*PROGRAM.split("."))

    assert "__main__" in path.with_suffix(".py").read_text(encoding="utf-8")
