"""Places where chaos may kill a process, named in the code.

A failpoint stands between "the effect is durable" and "it is acknowledged", so
that a test can prove that a run killed there leaves nothing lost or doubled.
Without the variables below it costs two dictionary look-ups.
"""

import os
import signal

VARIABLE = "TRADESTREAM_FAILPOINT"
"""`name`, or `name:3` to die only the third time the point is passed."""

MARK_VARIABLE = "TRADESTREAM_FAILPOINT_MARK"
"""A file that the death leaves behind. Once it is there nobody dies any more:
the child that a supervisor starts in place of the dead one goes on."""

TRACE_VARIABLE = "TRADESTREAM_FAILPOINT_TRACE"
"""A file that every point is noted in as it is passed."""

_passed: dict[str, int] = {}


def failpoint(name: str) -> None:
    """Kill this process with SIGKILL if the environment names this point."""
    if TRACE_VARIABLE in os.environ:
        _note(name)
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return
    target, _, times = wanted.partition(":")
    if target != name:
        return
    _passed[name] = _passed.get(name, 0) + 1
    if _passed[name] >= int(times or 1) and _leave_mark():
        os.kill(os.getpid(), signal.SIGKILL)


def _note(name: str) -> None:
    with open(os.environ[TRACE_VARIABLE], "a", encoding="utf-8") as trace:
        trace.write(f"{name}\n")


def _leave_mark() -> bool:
    mark = os.environ.get(MARK_VARIABLE)
    if mark is None:
        return True
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True
