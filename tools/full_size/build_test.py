"""A part is built once, whole or not at all."""

import fcntl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from tools.full_size import build as building
from tools.full_size import toolchains
from tools.full_size.build import BuildError, build, is_built
from tools.full_size.recipes import Recipe
from tools.full_size.toolchains import Toolchain
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.local.full_size.parts import Part

PART = Part("thing", "1.0")


@pytest.fixture(autouse=True)
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "parts"
    monkeypatch.setenv("TRADESTREAM_PARTS", str(folder))
    return folder


def recipe(folder: Path, script: str) -> Recipe:
    """Return a recipe whose script notes each of its runs."""
    path = folder / "build.sh"
    path.write_text(f"echo run >> '{folder / 'runs'}'\n{script}\n")
    return Recipe(PART, path, (), (folder / "lock",), "no time")


def runs(folder: Path) -> int:
    path = folder / "runs"
    return path.read_text().count("run") if path.exists() else 0


def test_a_part_is_built_once(tmp_path: Path) -> None:
    thing = recipe(tmp_path, 'echo "$PART_VERSION" > "$1/program"')

    assert build(thing)
    assert not build(thing)

    assert (PART.find() / "program").read_text() == "1.0\n"
    assert runs(tmp_path) == 1


def test_a_changed_input_builds_it_anew(tmp_path: Path) -> None:
    thing = recipe(tmp_path, f'cp "{tmp_path / "lock"}" "$1/program"')
    (tmp_path / "lock").write_text("old")
    build(thing)

    (tmp_path / "lock").write_text("new")

    assert not is_built(thing)
    assert build(thing)
    assert (PART.find() / "program").read_text() == "new"


def test_another_builder_is_not_waited_for_for_ever(
    tmp_path: Path, parts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "_WAIT_SECONDS", 0.0)
    parts.mkdir()

    with (parts / "thing.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(UnavailableError, match="another builder is making thing"):
            build(recipe(tmp_path, 'touch "$1/program"'))

    assert runs(tmp_path) == 0


def test_a_failed_build_leaves_nothing_in_its_place(
    tmp_path: Path, parts: Path
) -> None:
    thing = recipe(tmp_path, 'touch "$1/half"; echo "no such module" >&2; exit 3')

    with pytest.raises(BuildError, match=r"does not build: no such module \(all"):
        build(thing)

    assert sorted(p.name for p in parts.iterdir()) == ["thing-1.0.log", "thing.lock"]


def test_a_failed_build_leaves_the_part_that_was_there(tmp_path: Path) -> None:
    build(recipe(tmp_path, 'echo good > "$1/program"'))
    (tmp_path / "lock").write_text("new")

    with pytest.raises(BuildError):
        build(recipe(tmp_path, "exit 1"))

    assert (PART.directory / "program").read_text() == "good\n"


def test_builders_at_once_share_the_work_of_one(tmp_path: Path) -> None:
    thing = recipe(tmp_path, 'touch "$1/program"')

    with ThreadPoolExecutor(3) as pool:
        did = list(pool.map(build, [thing] * 3))

    assert sorted(did) == [False, False, True]
    assert runs(tmp_path) == 1


def test_what_a_killed_builder_left_is_removed(tmp_path: Path, parts: Path) -> None:
    left = parts / "thing.abcd1234"
    left.mkdir(parents=True)
    (left / "half").touch(mode=0o400)
    left.chmod(0o500)

    build(recipe(tmp_path, 'touch "$1/program"'))

    assert not left.exists()


def test_a_missing_toolchain_is_named_before_anything_runs(tmp_path: Path) -> None:
    compiler = Toolchain("no-such-compiler", ("--version",), "1.26", "a-compiler")
    thing = replace(recipe(tmp_path, "true"), toolchains=(compiler,))

    with pytest.raises(
        ConfigurationError, match=r"no-such-compiler 1\.26 or newer .* was missing"
    ):
        build(thing)

    assert runs(tmp_path) == 0


@pytest.mark.parametrize(
    ("answer", "wanted", "enough"),
    [
        ("go version go1.26.8 linux/amd64", "1.26", True),
        ("go version go1.9.2 linux/amd64", "1.26", False),
        ('openjdk version "17.0.15" 2025-04-15', "17", True),
        ('java version "1.8.0_401"', "17", False),
        ("\x1b[1mApache Maven 3.8.7\x1b[m", "3.6", True),
        ("no number", "1", False),
    ],
)
def test_a_toolchain_must_be_new_enough(
    answer: str, wanted: str, enough: bool, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    said.write_text(answer)
    toolchain = Toolchain("cat", (str(said),), wanted, "a package")

    if enough:
        toolchain.require()
        return
    with pytest.raises(ConfigurationError, match=f"cat {wanted} or newer is required"):
        toolchain.require()


def test_a_toolchain_that_says_nothing_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(toolchains, "_ANSWER_SECONDS", 0.05)
    silent = Toolchain("sleep", ("30",), "1.26", "a package")
    thing = replace(recipe(tmp_path, "true"), toolchains=(silent,))

    with pytest.raises(ConfigurationError, match=r"sleep 1.26.*did not say its"):
        build(thing)

    assert runs(tmp_path) == 0
