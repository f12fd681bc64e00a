"""Memory of each room on Kafka and InfluxDB, at work and with nothing to do.

The whole main line of `make chaos`, with twenty symbols instead of four: every turn
of a room does the work that the one before has left, and after its last turn a room
runs once more and finds nothing. A worker is also left alone with an empty topic for
twenty seconds, not told to drain it; the venue is looked at while rooms ask it.

A room is all of its processes: of each the most that it has held resident, and of
those that live at one moment the sum, pages that they share counted in each. Its
figure is that of its largest turn. Kernels are baked beforehand, as in an image.

Part of `make benchmark BENCH=full_size`; alone:
`python -m benchmarks._full_size_memory`.
"""

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks.figures import Figure, report
from tests.chaos.main_line import STAGES, Stage
from tests.chaos.stack import ChaosStack, chaos_stack
from tradestream.testing.process_memory import Held, read_mib, watch

NOW = datetime(2026, 11, 20, 12, 7, tzinfo=UTC)
BACKFILL = "15d"
IDLE_SECONDS = 20.0
JOB_MIB, WORKER_MIB, AIM_WORKER_MIB = 150.0, 350.0, 256.0
WORKER, VENUE = "strategy_discovery", "exchange_simulator"
_SMALLER = frozenset({"symbols", "span", "other_symbols"})
"""Flags that make the main line shorter for chaos."""
_SERVICES = Path(__file__).parents[1] / "services"

Turns = defaultdict[tuple[str, str], list[float]]
"""MiB of each turn, by room and what it did."""


def measure() -> list[Figure]:
    """Run the main line; return the most memory that each room held.

    Raises:
        RuntimeError: If a room of `services/` was not seen.
        CalledProcessError: If a room failed.
    """
    subprocess.run([sys.executable, "-m", "tradestream.backtest.compile"], check=True)
    turns: Turns = defaultdict(list)
    with chaos_stack(NOW, "full") as stack:
        turns[VENUE, "with nothing to do"].append(_venue())
        stages = list(_stages())
        last = {stage.room: number for number, stage in enumerate(stages)}
        for number, stage in enumerate(stages):
            if stage.later != (stage.later if not number else stages[number - 1].later):
                turns[VENUE, "at work"].append(_venue())  # a new one takes over
            stack.hold_clock(stage.later)
            turns[stage.room, "at work"].append(_to_its_end(stack, stage).peak)
            if number == last[stage.room]:
                held = _to_its_end(stack, stage)
                turns[stage.room, "with nothing to do"].append(held.peak)
        turns[VENUE, "at work"].append(_venue())
        idle = replace(stages[last[WORKER]], flags={"workers": "1"})
        turns[WORKER, "waiting"].append(_left_alone(stack, idle))
    return _figures(turns)


def _figures(turns: Turns) -> list[Figure]:
    rooms = {path.parent.name for path in _SERVICES.glob("*/main.py")}
    if missing := rooms - {room for room, what in turns if what == "at work"}:
        names = ", ".join(sorted(missing))
        raise RuntimeError(f"every room must be measured, was not: {names}")
    return [_figure(room, what, mib) for (room, what), mib in sorted(turns.items())]


def _stages() -> Iterator[Stage]:
    """Yield the main line with every listed symbol, and spans as by default."""
    for stage in STAGES:
        flags = {k: v for k, v in stage.flags.items() if k not in _SMALLER}
        if "backfill_start" in flags:
            flags["backfill_start"] = BACKFILL
        if stage.room == WORKER:
            flags["workers"] = "1"
        yield replace(stage, flags=flags)


def _to_its_end(stack: ChaosStack, stage: Stage) -> Held:
    """Run a room; return the memory of its processes."""
    process = stack.launch(stage.room, stage.flags)
    held = watch(process.pid, lambda: _ended(process))
    if process.wait():
        words = stack.last_words(stage.room)
        raise subprocess.CalledProcessError(process.returncode, stage.room, words)
    return held


def _left_alone(stack: ChaosStack, stage: Stage) -> float:
    """Return what a worker holds that has waited for a while, in MiB."""
    process = stack.launch(stage.room, stage.flags)
    until = time.monotonic() + IDLE_SECONDS
    held = watch(process.pid, lambda: _ended(process) or time.monotonic() > until)
    if _ended(process):
        words = stack.last_words(stage.room)
        raise RuntimeError(f"{stage.room} must wait for requests, has ended: {words}")
    process.terminate()
    process.wait()
    return held.peak


def _ended(process: "subprocess.Popen[bytes]") -> bool:
    """Whether a process has ended; it is left for `wait`, so that its number stays."""
    options = os.WEXITED | os.WNOHANG | os.WNOWAIT
    return os.waitid(os.P_PID, process.pid, options) is not None


def _venue() -> float:
    """Return the most that the simulated venue has held, in MiB."""
    venues = (
        one.pid
        for one in psutil.Process().children()
        if any(VENUE in part for part in one.cmdline())
    )
    found = [read_mib(pid) for pid in venues]
    return sum(held[0] for held in found if held is not None)


def _figure(room: str, what: str, mib: list[float]) -> Figure:
    worker = room == WORKER
    return Figure(
        f"{room}, {what}",
        max(mib),
        "MiB",
        WORKER_MIB if worker else JOB_MIB,
        less_is_better=True,
        aim=AIM_WORKER_MIB if worker else None,
        spread=(min(mib), max(mib)) if len(mib) > 1 else None,
    )


if __name__ == "__main__":
    sys.exit(report("full_size_memory", measure()))
