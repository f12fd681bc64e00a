"""Running the `tradestream` command as its users do: as a process of its own."""

import subprocess
import sys

TIMEOUT_SECONDS = 240


def run_command(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run `tradestream …` and wait for its end, whatever its status."""
    return subprocess.run(
        [sys.executable, "-m", "tradestream.cli.main", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
