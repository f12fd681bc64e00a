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
    read = Image.read(written)

    assert {name: read.kernels(name) for name in KERNELS} == KERNELS
    assert "one:add" in read
    assert "one:subtract" not in read
    assert read.kernels("one:subtract") == []


def test_the_image_of_these_sources_is_found(written: Path) -> None:
    assert find() == Image.read(written)


def test_an_image_of_other_sources_is_not(written: Path) -> None:
    other = dict.fromkeys(digests([SOURCE]), "0" * 64)
    write(written, KERNELS, other)

    assert find() is None


def test_a_room_may_lack_sources_that_it_does_not_run(written: Path) -> None:
    write(written, KERNELS, {**digests([SOURCE]), "tradestream/gone.py": "0" * 64})

    assert find() == Image.read(written)


def test_an_image_for_another_processor_is_not_found(
    written: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CPU_NAME", "pentium4")

    assert written.is_file()
    assert find() is None


@pytest.mark.parametrize(
    ("name", "features", "same"),
    [("znver3", None, False), ("znver3", "", True), ("Generic", None, True)],
)
def test_a_processor_by_name_has_the_features_of_this_one_unless_told(
    written: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    features: str | None,
    same: bool,
) -> None:
    monkeypatch.setenv("NUMBA_CPU_NAME", name)
    monkeypatch.delenv("NUMBA_CPU_FEATURES", raising=False)
    if features is not None:
        monkeypatch.setenv("NUMBA_CPU_FEATURES", features)
    here = path_for({}, written.parent)

    monkeypatch.setattr(image, "_PROCESSORS", written.parent / "other")
    image._PROCESSORS.write_text("flags : sse avx512f\n")

    assert (path_for({}, written.parent) == here) is same


@pytest.mark.parametrize("kept", [0, 10, 60, -1])
def test_an_image_that_is_not_whole_is_not_found(written: Path, kept: int) -> None:
    written.write_bytes(written.read_bytes()[:kept])

    assert find() is None


def test_an_image_with_any_other_byte_is_not_found(written: Path) -> None:
    content = written.read_bytes()

    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] ^= 1
        written.write_bytes(changed)
        assert find() is None, at
    written.write_bytes(content)
    assert find() is not None


def test_what_cannot_be_read_is_passed_over(written: Path) -> None:
    ahead = written.with_name(written.name[:17] + "!" + image.SUFFIX)
    ahead.mkdir()
    gone = written.with_name(written.name[:17] + "#" + image.SUFFIX)
    gone.symlink_to("nowhere")

    found = find()

    assert found is not None
    assert found.path == written


def test_what_is_read_stays_when_the_file_is_replaced_or_removed(written: Path) -> None:
    read = Image.read(written)
    write(written, {}, {})
    assert {name: read.kernels(name) for name in KERNELS} == KERNELS

    written.unlink()
    assert {name: read.kernels(name) for name in KERNELS} == KERNELS


def test_the_same_again_is_not_written_and_a_damaged_one_is_mended(
    written: Path,
) -> None:
    sources, before = digests([SOURCE]), written.stat().st_ino
    write(written, KERNELS, sources)
    assert written.stat().st_ino == before

    written.write_bytes(b"")
    write(written, KERNELS, sources)
    assert Image.read(written).sources == sources


def test_a_write_that_fails_leaves_nothing(written: Path) -> None:
    place = written.with_name("place")
    place.mkdir()
    (place / "full").touch()

    with pytest.raises(OSError, match="place"):
        write(place, KERNELS, {})

    assert {path.name for path in written.parent.iterdir()} == {"place", written.name}


def test_only_the_newest_images_are_kept(written: Path) -> None:
    for number in range(20):
        write(written.with_name(f"{number}{image.SUFFIX}"), KERNELS, {})

    left = list(written.parent.glob(f"*{image.SUFFIX}"))
    assert written.with_name(f"19{image.SUFFIX}") in left
    assert len(left) < 12
