"""An interpreter is found, or one line says which were looked at."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tools import repository


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
