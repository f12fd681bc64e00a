"""Filling the cache says how long it took."""

import subprocess
import sys


def test_prints_seconds_and_folder() -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "tradestream.backtest.compile"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert finished.stdout.startswith("compiled in ")
    assert finished.stderr == ""
