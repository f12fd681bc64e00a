"""Where compiled code is kept."""

from pathlib import Path

import pytest

from tradestream.indicators import compiled


def test_the_folder_is_named_by_a_hash_of_all_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("indicators/a.py", "indicators/a_test.py", "backtest/b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x = 1\n")
    monkeypatch.setattr(compiled, "_PACKAGE", tmp_path)
    before = compiled.sources_hash()

    (tmp_path / "indicators/a_test.py").write_text("x = 2\n")
    after_test = compiled.sources_hash()
    (tmp_path / "backtest/b.py").write_text("x = 2\n")
    after_source = compiled.sources_hash()

    assert before == after_test
    assert before != after_source


def test_the_environment_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert compiled.cache_folder().parent == tmp_path

    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert compiled.cache_folder().parent == tmp_path / "tradestream" / "kernels"


def test_a_folder_that_cannot_be_made_is_replaced_by_a_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))

    assert compiled.cache_folder().parent.name.startswith("tradestream-kernels-")


def test_old_code_is_forgotten_but_nothing_else(tmp_path: Path) -> None:
    folders = [tmp_path / f"{i:016x}" for i in range(12)]
    for folder in [*folders, tmp_path / "notes"]:
        folder.mkdir()

    compiled.forget_old_code(folders[0], keep=3)

    left = {path.name for path in tmp_path.iterdir()}
    assert {folders[0].name, "notes"} <= left
    assert len(left) == 1 + 3
