"""An interpreter is found, one process makes an environment, or one line says why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import repository
from tools.environment import SetupError, alone


def find_python(*arguments: str, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", str(repository.ROOT / "tools/find_python.sh"), *arguments],
        env={**os.environ, "PATH": str(path)},
        capture_output=True,
        text=True,
        check=False,
    )


def pretend(folder: Path, name: str, version: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{version} /somewhere/{name}'\n", "utf-8")
    program.chmod(0o755)


def test_takes_the_first_that_is_new_enough(tmp_path: Path) -> None:
    pretend(tmp_path, "python3", "3.9.2")
    pretend(tmp_path, "python3.12", "3.12.1")
    pretend(tmp_path, "python3.11", "3.11.7")

    finished = find_python(path=tmp_path)

    assert finished.stdout == "/somewhere/python3.12\n"


def test_says_in_one_line_what_was_found(tmp_path: Path) -> None:
    pretend(tmp_path, "python3", "3.9.2")

    finished = find_python(path=tmp_path)

    assert finished.returncode == 1
    assert finished.stderr.count("\n") == 1
    assert "found: python3 is 3.9.2;" in finished.stderr


@pytest.mark.parametrize("named", ["python9", "/nowhere/python3"])
def test_a_named_interpreter_is_taken_or_refused(tmp_path: Path, named: str) -> None:
    pretend(tmp_path, "python3", "3.11.7")

    finished = find_python(named, path=tmp_path)

    assert finished.returncode == 1
    assert f"none of {named}" in finished.stderr


def test_a_real_interpreter_is_found_behind_its_link(tmp_path: Path) -> None:
    finished = find_python(sys.executable, path=tmp_path)

    assert finished.stdout == f"{os.path.realpath(sys.executable)}\n"


def make_environment(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    lock = folder / "nothing.txt"
    lock.write_text("")
    program = str(repository.ROOT / "tools/environment.py")
    return subprocess.run(
        [sys.executable, program, str(folder / "venv"), str(lock), *flags],
        capture_output=True,
        text=True,
        check=False,
    )


def test_who_waits_too_long_for_an_environment_says_who_makes_it(
    tmp_path: Path,
) -> None:
    with alone(tmp_path / "venv", 0):
        finished = make_environment(tmp_path, "--wait_seconds=0.2")

    assert finished.returncode == 1
    assert finished.stderr.count("\n") == 1
    assert f"{tmp_path}/venv is being made by process {os.getpid()}, begun" in (
        finished.stderr
    )


def test_the_next_one_goes_on_when_the_one_before_is_done(tmp_path: Path) -> None:
    with alone(tmp_path / "venv", 0):
        pass
    with alone(tmp_path / "venv", 0):
        with (
            pytest.raises(SetupError, match="was not done in 0 s"),
            alone(tmp_path / "venv", 0),
        ):
            pass
        with alone(tmp_path / "other", 0):
            pass


def test_nobody_is_named_who_was_killed_while_it_held_the_lock(tmp_path: Path) -> None:
    (tmp_path / "venv.lock").write_text("process 1, begun yesterday\n")

    with alone(tmp_path / "venv", 0):
        held = (tmp_path / "venv.lock").read_text()

    assert held.startswith(f"process {os.getpid()}, begun")
