"""Baked kernels give the bytes that compiled ones do, of every type, in less memory."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from tradestream.backtest.compile import compile_engine, compile_indicators
from tradestream.indicators.library import INDICATORS
from tradestream.kernels import bake, kernels_fake
from tradestream.kernels.call import Baked
from tradestream.kernels.errors import MachineCodeError
from tradestream.kernels.image import ROOT, Image, write

_MOST_MIB = 80
_RESULTS = "tradestream.kernels.results_fake"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bake into a folder of this test's."""
    compile_engine()
    compile_indicators(tuple(INDICATORS))
    kernels_fake.compile_all()
    return bake.bake(tmp_path_factory.mktemp("kernels"))


@pytest.fixture
def image(path: Path) -> Image:
    return Image.read(path)


def baked(image: Image, name: str) -> Baked:
    return Baked(image, f"{kernels_fake.__name__}:{name}")


def results(*arguments: str, more: Mapping[str, str]) -> list[str]:
    finished = subprocess.run(
        [sys.executable, "-m", _RESULTS, *arguments],
        cwd=ROOT,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=True,
    )
    return finished.stdout.split()


def test_all_types_give_the_same_bytes_without_the_compiler(path: Path) -> None:
    baked = results("baked", more={"NUMBA_CACHE_DIR": str(path.parent)})
    compiled = results("compiled", more={})

    assert [baked[0], compiled[0]] == ["baked", "compiled"]
    assert baked[1] == compiled[1]
    assert float(baked[2]) < _MOST_MIB < float(compiled[2])


def test_where_nothing_is_baked_the_compiler_is_used(tmp_path: Path) -> None:
    found = results("asked", more={"NUMBA_CACHE_DIR": str(tmp_path)})

    assert found == ["compiled"]


def test_what_a_kernel_raises_is_raised_without_the_compiler(path: Path) -> None:
    found = results("failed", more={"NUMBA_CACHE_DIR": str(path.parent)})

    assert found == [
        "baked",
        *["ValueError:a_square_is_required"] * 2,
        *["MemoryError:Allocation_failed_(probably_too_large)."] * 2,
        *["MachineCodeError:an_exception_with_a_constant_text_is_required,_was_another"]
        * 2,
    ]


def test_baking_again_leaves_the_file_alone(path: Path) -> None:
    before = path.stat()

    assert bake.bake(path.parent) == path
    assert path.stat().st_ino == before.st_ino


def test_calls_keep_no_arguments_and_lose_none(image: Image) -> None:
    fill, total, root = (baked(image, name) for name in ("fill", "total", "root"))
    values, number, more = np.zeros(3), 12345.5, 1 << 40
    pair = kernels_fake.Pair(values, 2.0)
    fill(values, number), total(pair, more)
    before = [sys.getrefcount(one) for one in (values, number, more, pair, None)]

    for _ in range(10_000):
        fill(values, number)
        total(pair, more)
        with pytest.raises(ValueError, match="a square is required"):
            root(-number)

    after = [sys.getrefcount(one) for one in (values, number, more, pair, None)]
    assert after[:-1] == before[:-1]
    assert abs(after[-1] - before[-1]) < 1000
    assert total(pair, more) == 6 * number + more


def test_arguments_that_the_code_is_not_for_are_refused(image: Image) -> None:
    fill, total = baked(image, "fill"), baked(image, "total")
    constant = np.frombuffer(bytes(24))
    values = np.zeros(3)

    for wrong in ((constant, 1.0), (values, "1"), (values,), (values, 1.0, 2.0)):
        with pytest.raises(MachineCodeError, match="that it was compiled for are req"):
            fill(*wrong)
    with pytest.raises(MachineCodeError, match="was Couple, int"):
        total(kernels_fake.Couple(values, 1.0), 1)
    assert not constant.any()


def test_a_function_that_was_not_baked_has_its_own_words(image: Image) -> None:
    with pytest.raises(MachineCodeError, match=r"baked is required, was .*:never"):
        baked(image, "never")(1.0)


def test_a_running_room_is_not_harmed_when_its_image_is_replaced_and_removed(
    path: Path, tmp_path: Path
) -> None:
    mine = tmp_path / path.name
    mine.write_bytes(path.read_bytes())
    image = Image.read(mine)
    values = np.zeros(3)

    write(mine, {}, {})
    baked(image, "fill")(values, 1.0)
    mine.unlink()

    assert baked(image, "total")(kernels_fake.Pair(values, 2.0), 1) == 7
