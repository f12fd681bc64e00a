"""Baked kernels give the bytes that compiled ones do, of every type, in less memory."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tradestream.backtest.compile import compile_engine, compile_indicators
from tradestream.indicators.library import INDICATORS
from tradestream.kernels.bake import bake
from tradestream.kernels.image import ROOT

_MOST_MIB = 80
_RESULTS = "tradestream.kernels.results_fake"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bake into a folder of this test's."""
    compile_engine()
    compile_indicators(tuple(INDICATORS))
    return bake(tmp_path_factory.mktemp("kernels")).parent


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


def test_all_types_give_the_same_bytes_without_the_compiler(folder: Path) -> None:
    baked = results("baked", more={"NUMBA_CACHE_DIR": str(folder)})
    compiled = results("compiled", more={})

    assert [baked[0], compiled[0]] == ["baked", "compiled"]
    assert baked[1] == compiled[1]
    assert float(baked[2]) < _MOST_MIB < float(compiled[2])


def test_where_nothing_is_baked_the_compiler_is_used(tmp_path: Path) -> None:
    found = results("asked", more={"NUMBA_CACHE_DIR": str(tmp_path)})

    assert found == ["compiled"]
