"""Counting what ends its worker, in a folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.strategy_discovery.flink.tries import Tries
from tradestream.testing.servers import REPOSITORY

_DIE = """
import os, sys
from pathlib import Path
from services.strategy_discovery.flink.tries import Tries
with Tries(Path(sys.argv[1])).attempt("3:42"):
    os._exit(9)
"""


def test_what_ended_its_process_is_counted(tmp_path: Path) -> None:
    for _ in range(2):
        subprocess.run(
            [sys.executable, "-c", _DIE, str(tmp_path)],
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            check=False,
        )

    with Tries(tmp_path).attempt("3:42") as number:
        assert number == 3
    with Tries(tmp_path).attempt("3:43") as number:
        assert number == 1


def test_what_was_answered_or_failed_begins_anew(tmp_path: Path) -> None:
    tries = Tries(tmp_path / "new")

    for _ in range(2):
        with tries.attempt("0:1") as number:
            assert number == 1
    with pytest.raises(RuntimeError), tries.attempt("0:1"):
        raise RuntimeError("the store is away")

    with tries.attempt("0:1") as number:
        assert number == 1
