"""Memory of each room on Kafka and InfluxDB, at work and with nothing to do.

The main line of `make chaos`, with twenty symbols instead of four: every room does
the work that the one before has left, then runs again and finds nothing, as does a
worker that drains an empty topic. What is measured is the largest process of a room,
at its first turn; less than what this program itself holds cannot be seen.

Part of `make benchmark BENCH=full_size`; alone:
`python -m benchmarks._full_size_memory`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime

from benchmarks.figures import Figure, report
from tests.chaos.main_line import STAGES, Stage
from tests.chaos.stack import ChaosStack, chaos_stack

NOW = datetime(2026, 11, 20, 12, 7, tzinfo=UTC)
BACKFILL = "15d"
JOB_MIB, WORKER_MIB, AIM_WORKER_MIB = 150.0, 350.0, 256.0
WORKER = "strategy_discovery"


def measure() -> list[Figure]:
    """Run every room twice; return the most memory that each held."""
    figures = []
    with chaos_stack(NOW, "full") as stack:
        seen: set[str] = set()
        for stage in _stages():
            stack.hold_clock(stage.later)
            at_work = _most_mib(stack, stage)
            if stage.room not in seen:
                seen.add(stage.room)
                figures += [
                    _figure(stage.room, "at work", at_work),
                    _figure(stage.room, "at rest", _most_mib(stack, stage)),
                ]
    return sorted(figures, key=lambda figure: figure.what)


def _stages() -> Iterator[Stage]:
    """Yield the main line of the first hour, with every listed symbol."""
    for stage in STAGES:
        flags = {k: v for k, v in stage.flags.items() if k != "symbols"}
        if "backfill_start" in flags:
            flags["backfill_start"] = BACKFILL
        if stage.room == WORKER:
            flags["workers"] = "1"
        yield Stage(stage.name, stage.room, flags, stage.later)
        if stage.room == "strategy_robustness":
            return


def _most_mib(stack: ChaosStack, stage: Stage) -> float:
    """Run a room to its end; return the most memory of its largest process."""
    process = stack.launch(stage.room, stage.flags)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        words = stack.last_words(stage.room)
        raise subprocess.CalledProcessError(process.returncode, stage.room, words)
    return used.ru_maxrss / 1024


def _figure(room: str, when: str, mib: float) -> Figure:
    worker = room == WORKER
    return Figure(
        f"{room}, {when}",
        mib,
        "MiB",
        WORKER_MIB if worker else JOB_MIB,
        less_is_better=True,
        aim=AIM_WORKER_MIB if worker else None,
    )


if __name__ == "__main__":
    sys.exit(report("full_size_memory", measure()))
