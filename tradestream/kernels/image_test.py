from pathlib import Path

import pytest

from tradestream.kernels import image
from tradestream.kernels.image import Image, Kernel, digests, find, path_for, write

KERNELS = {
    "one:add": [Kernel("first", b"code", ["whole"]), Kernel("second", b"more", [])],
    "two:row": [Kernel("third", b"other")],
}
SOURCE = image.ROOT / "tradestream" / "errors.py"


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    sources = digests([SOURCE])
    path = path_for(sources, tmp_path)
    write(path, KERNELS, sources)
    return path


def test_what_is_written_is_read_again(written: Path) -> None:
    read = Image(written)

    assert {name: read.kernels(name) for name in KERNELS} == KERNELS
    assert "one:add" in read
    assert "one:subtract" not in read
    assert read.kernels("one:subtract") == []


def test_the_image_of_these_sources_is_found(written: Path) -> None:
    assert find() == Image(written)


def test_an_image_of_other_sources_is_not(written: Path) -> None:
    other = dict.fromkeys(digests([SOURCE]), "0" * 64)
    write(written, KERNELS, other)

    assert find() is None


def test_a_room_may_lack_sources_that_it_does_not_run(written: Path) -> None:
    write(written, KERNELS, {**digests([SOURCE]), "tradestream/gone.py": "0" * 64})

    assert find() == Image(written)


def test_an_image_for_another_processor_is_not_found(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CPU_NAME", "pentium4")

    assert written.is_file()
    assert find() is None


@pytest.mark.parametrize("kept", [0, 10, 60, -1])
def test_an_image_that_is_not_whole_is_not_found(written: Path, kept: int) -> None:
    written.write_bytes(written.read_bytes()[:kept])

    assert find() is None


def test_only_the_newest_images_are_kept(written: Path) -> None:
    for number in range(20):
        write(written.with_name(f"{number}{image.SUFFIX}"), KERNELS, {})

    left = list(written.parent.glob(f"*{image.SUFFIX}"))
    assert written.with_name(f"19{image.SUFFIX}") in left
    assert len(left) < 12
