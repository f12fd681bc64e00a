"""A search that is killed goes on, and ends as one that never was."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tradestream.candles import to_datetime
from tradestream.testing.markets import random_walk

COMMAND = (sys.executable, "-m", "tradestream.cli.main", "search", "--output", "json")
EFFORT = ("--population", "8", "--generations", "2", "--workers", "2")


@pytest.fixture(scope="module")
def candles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    series = random_walk(6 * 1440, seed=3)
    path = tmp_path_factory.mktemp("candles") / "WALK-USD.csv"
    columns = (series.opens, series.highs, series.lows, series.closes, series.volumes)
    times = [to_datetime(at).isoformat() for at in series.open_times]
    lines = [
        ",".join([at, *map(str, row)])
        for at, row in zip(times, np.column_stack(columns).tolist(), strict=True)
    ]
    path.write_text("\n".join(["open_time,open,high,low,close,volume", *lines]) + "\n")
    return path


def finished(state: Path) -> list[str]:
    if not state.exists():
        return []
    lines = [line for line in state.read_text().splitlines() if line.endswith("}")]
    return [document["done"] for line in lines if "done" in (document := _read(line))]


def _read(line: str) -> dict[str, str]:
    document: dict[str, str] = json.loads(line)
    return document


def run(candles: Path, *further: str) -> str:
    return subprocess.run(
        [*COMMAND, "--candles", str(candles), *EFFORT, *further],
        capture_output=True, text=True, timeout=300, check=True,
    ).stdout  # fmt: skip


def test_a_killed_search_ends_as_one_that_never_was(
    candles: Path, tmp_path: Path
) -> None:
    state = tmp_path / "search.state"
    whole = run(candles, "--state", str(tmp_path / "whole.state"))
    wanted = finished(tmp_path / "whole.state")

    with subprocess.Popen(
        [*COMMAND, "--candles", str(candles), *EFFORT, "--state", str(state)],
        stdout=subprocess.PIPE,
    ) as killed:
        deadline = time.monotonic() + 240
        while not finished(state) and time.monotonic() < deadline:
            time.sleep(0.005)
        os.kill(killed.pid, signal.SIGKILL)
    known = finished(state)
    again = run(candles, "--state", str(state))

    assert 0 < len(known) < len(wanted)
    assert again == whole == run(candles, "--workers", "1")
    assert sorted(finished(state)) == sorted(wanted)


def test_the_state_of_another_search_is_refused(candles: Path, tmp_path: Path) -> None:
    state = tmp_path / "search.state"
    state.write_text('{"search":"another"}\n')

    done = subprocess.run(
        [*COMMAND, "--candles", str(candles), *EFFORT, "--state", str(state)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert done.stderr.startswith("tradestream: a state file of this very search")
    assert done.stderr.count("\n") == 1
