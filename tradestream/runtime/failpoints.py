"""Places where chaos may kill a process, named in the code.

A failpoint stands between "the effect is durable" and "it is acknowledged", so
that a test can prove that a run killed there leaves nothing lost or doubled.
Without `TRADESTREAM_FAILPOINT` it costs one dictionary look-up.
"""

import os
import signal

VARIABLE = "TRADESTREAM_FAILPOINT"
"""`name`, or `name:3` to die only the third time the point is passed."""

_passed: dict[str, int] = {}


def failpoint(name: str) -> None:
    """Kill this process with SIGKILL if the environment names this point."""
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return
    target, _, times = wanted.partition(":")
    if target != name:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] >= int(times or 1):
        os.kill(os.getpid(), signal.SIGKILL)
