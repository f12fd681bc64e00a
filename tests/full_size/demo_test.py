"""The demo on Kafka and InfluxDB, from an empty folder to signals."""

import os
import re
import subprocess
import sys

import psutil
import pytest

from tradestream.testing.servers import temporary_folder


@pytest.mark.timeout(1800)
def test_the_demo_goes_from_nothing_to_signals_and_leaves_nothing() -> None:
    with temporary_folder("demo") as folder:
        finished = subprocess.run(
            [sys.executable, "-m", "tradestream.cli.main", "demo", "--exit",
             "--size=full", f"--data_dir={folder / 'demo'}"],
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=1500,
        )  # fmt: skip
        left = [
            process.info["cmdline"]
            for process in psutil.process_iter(["cmdline"])
            if any(str(folder) in word for word in process.info["cmdline"] or ())
        ]

    assert finished.returncode == 0, finished.stderr
    assert left == []
    for what in ("bars", "strategies found", "sized positions", "signals"):
        assert count(finished.stdout, what) > 0


def count(table: str, what: str) -> int:
    found = re.search(rf"^ {what} +([\d,]+)", table, re.M)
    assert found is not None, table
    return int(found[1].replace(",", ""))
