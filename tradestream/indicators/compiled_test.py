"""Where compiled code is kept."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tradestream.indicators import compiled


@pytest.fixture(autouse=True)
def forgetful() -> Iterator[None]:
    caches = (
        compiled._imported,
        compiled._digest,
        compiled.sources_hash,
        compiled.cache_base,
    )
    for one in caches:
        one.cache_clear()
    yield
    for one in caches:
        one.cache_clear()


def test_an_edit_moves_only_the_kernels_that_stand_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "tradestream"
    package.mkdir()
    (package / "base.py").write_text("x = 1\n")
    (package / "other.py").write_text("y = 1\n")
    (package / "middle.py").write_text("from tradestream import (\n    base,\n)\n")
    (package / "kernel.py").write_text("from tradestream.middle import base\n")
    monkeypatch.setattr(compiled, "_ROOT", tmp_path)

    def hashed() -> str:
        for one in (compiled._imported, compiled._digest, compiled.sources_hash):
            one.cache_clear()
        return compiled.sources_hash(package / "kernel.py")

    before = hashed()
    (package / "other.py").write_text("y = 2\n")
    after_other = hashed()
    (package / "base.py").write_text("x = 2\n")
    after_base = hashed()

    assert before == after_other
    assert before != after_base


def test_no_kernel_stands_on_the_list_of_all_indicators() -> None:
    evolve = compiled._ROOT / "tradestream/discovery/evolve.py"

    names = {path.name for path in compiled.sources_of(evolve)}

    assert {"evolve.py", "evaluate.py", "trades.py", "memory.py"} <= names
    assert "library.py" not in names


def test_the_environment_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert compiled.cache_base() == tmp_path

    compiled.cache_base.cache_clear()
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert compiled.cache_base() == tmp_path / "tradestream" / "kernels"


def test_a_folder_that_cannot_be_made_is_replaced_by_a_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))

    assert compiled.cache_base().name.startswith("tradestream-kernels-")


def test_old_code_is_forgotten_but_nothing_else(tmp_path: Path) -> None:
    folders = [tmp_path / f"{i:016x}" for i in range(12)]
    for folder in [*folders, tmp_path / "notes"]:
        folder.mkdir()

    compiled.forget_old_code(tmp_path, {folders[0].name}, keep=3)

    left = {path.name for path in tmp_path.iterdir()}
    assert {folders[0].name, "notes"} <= left
    assert len(left) == 1 + 3 + 1
