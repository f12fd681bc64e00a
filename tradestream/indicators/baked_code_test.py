"""Compiled code that an image brings is taken where it cannot be written."""

from pathlib import Path

import pytest

from tradestream.indicators import compiled
from tradestream.indicators.compiled import copy_baked


@pytest.fixture
def baked(tmp_path: Path) -> Path:
    folder = tmp_path / "baked" / "0123456789abcdef"
    folder.mkdir(parents=True)
    (folder / "kernel.nbi").write_text("machine code")
    return folder.parent


def test_code_of_a_read_only_folder_is_copied_to_a_temporary_one(
    baked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(baked))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    # Root may write everywhere, whatever the mode says.
    monkeypatch.setattr("os.access", lambda _path, _mode: False)
    (tmp_path / "tmp").mkdir()

    base = compiled.cache_base.__wrapped__()

    assert base.parent == tmp_path / "tmp"
    kernel = base / "0123456789abcdef" / "kernel.nbi"
    assert kernel.read_text() == "machine code"


def test_a_copy_that_is_there_stays_as_it_is(baked: Path, tmp_path: Path) -> None:
    copy_baked(baked, tmp_path / "copy")
    (baked / "0123456789abcdef" / "kernel.nbi").write_text("other code")
    copy_baked(baked, tmp_path / "copy")

    kernel = tmp_path / "copy" / "0123456789abcdef" / "kernel.nbi"
    assert kernel.read_text() == "machine code"


def test_where_nothing_is_baked_nothing_is_made(tmp_path: Path) -> None:
    copy_baked(tmp_path / "nothing", tmp_path / "copy")

    assert not (tmp_path / "copy").exists()
