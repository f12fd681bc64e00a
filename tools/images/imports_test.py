"""A module that is imported nowhere but at work is missed, one that is read is not."""

import sys
from pathlib import Path

import pytest

from tools.images.imports import missing


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    package = tmp_path / "imports_of_a_room"
    package.mkdir()
    (package / "main.py").write_text("from imports_of_a_room import work\n")
    (package / "work.py").write_text("def late():\n    from json import dumps\n")
    (package / "data.py").write_text("import imports_of_nobody\n")
    return tmp_path


def failures(sources: Path) -> list[str]:
    for name in [name for name in sys.modules if name.startswith("imports_of")]:
        del sys.modules[name]
    return list(missing(sources, "imports_of_a_room/main.py"))


def test_a_module_that_is_text_to_others_may_import_what_is_not_there(
    sources: Path,
) -> None:
    assert failures(sources) == []


@pytest.mark.parametrize(
    ("statement", "module"),
    [
        ("import imports_of_nobody", "imports_of_nobody"),
        ("from json import imports_of_nobody", "json"),
    ],
)
def test_an_import_in_a_function_must_go_well(
    sources: Path, statement: str, module: str
) -> None:
    work = sources / "imports_of_a_room" / "work.py"
    work.write_text(f"def late():\n    {statement}\n")

    (line,) = failures(sources)

    assert line.startswith(f"imports_of_a_room/work.py:2: {module}: No module named")


def test_a_module_that_is_not_there_is_missed(sources: Path) -> None:
    (sources / "imports_of_a_room" / "work.py").unlink()

    (line,) = failures(sources)

    assert line.startswith("imports_of_a_room/main.py:1: imports_of_a_room: ")
