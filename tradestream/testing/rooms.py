"""Running a room as its users do: as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from tradestream.runtime.failpoints import VARIABLE

KILLED = -signal.SIGKILL
TIMEOUT_SECONDS = 120


def run_room(
    room: str, flags: Mapping[str, object], *, failpoint: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python -m services.<room>.main` and wait for its end.

    Args:
        room: Name of the room.
        flags: Values by name of the flag.
        failpoint: Where the process kills itself; see `runtime.failpoints`.
    """
    environment = {k: v for k, v in os.environ.items() if k != VARIABLE}
    if failpoint is not None:
        environment[VARIABLE] = failpoint
    return subprocess.run(
        [
            sys.executable,
            "-m",
            f"services.{room}.main",
            *(f"--{name}={value}" for name, value in flags.items()),
        ],
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
