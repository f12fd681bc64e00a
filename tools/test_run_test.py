"""The closing line says what pytest found, and the status agrees."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import repository

PASSING = "def test_a(): pass\n"
FAILING = "def test_b(): assert False\n"
SKIPPED = "import pytest\n@pytest.mark.skip\ndef test_c(): pass\n"
BROKEN_FIXTURE = """
import pytest
@pytest.fixture
def x(): raise ValueError
def test_d(x): pass
"""
BROKEN_TEARDOWN = """
import pytest
@pytest.fixture
def x():
    yield
    raise ValueError
def test_e(x): pass
"""
BROKEN_MODULE = "import nothing_of_this_name\n"


def run(folder: Path, *sources: str) -> subprocess.CompletedProcess[str]:
    for number, source in enumerate(sources):
        (folder / f"case{number}_test.py").write_text(source, encoding="utf-8")
    (folder / "pytest.ini").write_text(
        "[pytest]\npython_files = *_test.py\n", encoding="utf-8"
    )
    configuration = ["-c", "pytest.ini", "--rootdir=.", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "tools.test_run", *configuration, "--numprocesses=1"],
        cwd=folder,
        env={"PYTHONPATH": str(repository.ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("sources", "line"),
    [
        ([PASSING], "1 passed, 0 failed"),
        ([PASSING, FAILING], "1 passed, 1 failed"),
        ([PASSING, SKIPPED], "1 passed, 1 failed"),
        ([PASSING, BROKEN_FIXTURE], "1 passed, 1 failed"),
        ([BROKEN_TEARDOWN], "0 passed, 1 failed"),
        ([PASSING, BROKEN_MODULE], "1 passed, 1 failed"),
        ([], "0 passed, 0 failed"),
    ],
    ids=["passing", "failing", "skipped", "fixture", "teardown", "module", "nothing"],
)
def test_closes_with_the_count_and_agrees_in_status(
    tmp_path: Path, sources: list[str], line: str
) -> None:
    finished = run(tmp_path, *sources)

    assert finished.stdout.splitlines()[-1] == line
    assert (finished.returncode == 0) == (sources == [PASSING])
