"""The rules of the house are found broken where they are, and nowhere else."""

from pathlib import Path

import pytest

from tools import repository
from tools.check_layout import (
    line_count,
    places,
    python_under_platform,
    stray_flags,
)


def test_the_repository_keeps_platform_free_of_python() -> None:
    assert python_under_platform(repository.files("platform/*")) == []


def test_finds_python_under_platform() -> None:
    paths = [Path("platform/kafka/topics.py"), Path("tradestream/platform.py")]

    assert len(python_under_platform(paths)) == 1


@pytest.mark.parametrize(
    ("lines", "problems", "remarks"), [(300, 0, 0), (301, 0, 1), (401, 1, 0)]
)
def test_long_modules_are_remarked_on_and_then_refused(
    lines: int, problems: int, remarks: int
) -> None:
    found = line_count(Path("a.py"), "x = 1\n" * lines)

    assert tuple(map(len, found)) == (problems, remarks)


def test_generated_code_may_be_long() -> None:
    assert line_count(Path("a_pb2.py"), "x = 1\n" * 999) == ([], [])


def test_flags_belong_to_main() -> None:
    text = 'X = flags.DEFINE_string("x", None, "A flag.")\n'

    assert stray_flags(Path("services/room/main.py"), text) == []
    assert stray_flags(Path("services/room/update.py"), text) == [
        "services/room/update.py:1: flags are defined only in a room's main.py"
    ]


@pytest.mark.parametrize(
    "line", ["see /wor" + "k/main/README.md", "--index https://pypi." + "org/simple"]
)
def test_finds_places_of_one_machine_and_registries(line: str) -> None:
    assert len(places(Path("README.md"), line)) == 1


@pytest.mark.parametrize("line", ["docs/work/plan.md", "$HOME/work/x", "a/root/b"])
def test_relative_paths_are_not_places_of_one_machine(line: str) -> None:
    assert places(Path("README.md"), line) == []
