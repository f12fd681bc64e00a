"""Running the main line: calmly, or with a SIGKILL at every turn."""

import random
import signal
import subprocess
import time
from collections.abc import Sequence

from tests.chaos.coverage import ROOM, WINDOW, CalmStage, Coverage, KillPlan
from tests.chaos.failpoints import CommitWindow
from tests.chaos.main_line import Stage
from tests.chaos.stack import ChaosStack, kill_room, lives_until
from tradestream.bus.port import Message
from tradestream.errors import TradeStreamError

ROOM_SECONDS = 240.0
MOST_ATTEMPTS = 8
MOST_MISSES = 20
"""Rooms in a row that may end before their turn to be killed."""

SOONER = 0.7
"""Share of the time that is left for the next try when a room ended too early."""


class StuckError(TradeStreamError):
    """Raised when a room does not finish its work although nothing kills it."""


def run_calmly(stack: ChaosStack, stages: Sequence[Stage]) -> list[CalmStage]:
    """Run every stage to its end; return what each did."""
    calm = []
    for stage in stages:
        _prepare(stack, stage)
        stack.trace.write_text("")
        begun = time.monotonic()
        _finish(stack, stage)
        passed = tuple(dict.fromkeys(stack.trace.read_text().split()))
        calm.append(CalmStage(time.monotonic() - begun, passed))
        print(f"  {stage.name:<42} {calm[-1].seconds:6.1f} s", flush=True)
    return calm


def run_killed(stack: ChaosStack, stages: Sequence[Stage], plan: KillPlan) -> Coverage:
    """Run every stage under kills, and after them to its end."""
    rng = random.Random(plan.seed)
    coverage = Coverage(dict.fromkeys(plan.chosen, 0))
    for number, stage in enumerate(stages):
        _prepare(stack, stage)
        calm = plan.calm[number]
        _kill_in_windows(stack, stage, calm.passed, coverage, plan.in_windows)
        _kill_at_random(
            stack, stage, calm.seconds, due_after(plan, coverage, number), rng, coverage
        )
        _finish(stack, stage)
        print(f"  {stage.name:<42} {coverage.total():>4} kills so far", flush=True)
    return coverage


def due_after(plan: KillPlan, coverage: Coverage, number: int) -> int:
    """Return how many random kills there should have been after a stage."""
    if number == len(plan.calm) - 1:  # and for windows that were not reached again
        return plan.kills - plan.of_taskmanagers - coverage.of(WINDOW)
    return plan.at_random * (number + 1) // len(plan.calm)


def _prepare(stack: ChaosStack, stage: Stage) -> None:
    stack.hold_clock(stage.later)
    if stage.poisoned is None:
        return
    headers = {"type": "tradestream.Unknown", "schema": "v1"}
    bus = stack.open_bus()
    bus.publish(
        stage.poisoned,
        [
            Message("POISON-USD", b"not a message"),
            Message("POISON-USD", b"\x0a\xff", headers),
            Message("POISON-USD", f"another {stage.name}".encode(), headers),
        ],
    )
    bus.close()


def _kill_in_windows(
    stack: ChaosStack,
    stage: Stage,
    passed: Sequence[str],
    coverage: Coverage,
    most: int,
) -> None:
    """Kill the room once in each chosen window that it passes, if it can be reached.

    Earlier windows first, because a run that is killed in one leaves those
    behind it to the next; but before all, windows that were never hit. Others are
    spared where `most` kills leave none for them.
    """
    windows = [CommitWindow(stage.room, name) for name in passed]
    chosen = [window for window in windows if window in coverage.windows]
    for window in sorted(chosen, key=lambda w: coverage.windows[w]):
        spare = most - coverage.of(WINDOW) - coverage.missing_windows()
        if coverage.windows[window] and spare <= 0:
            continue
        stack.mark.unlink(missing_ok=True)
        _wait(stack.launch(stage.room, stage.flags, window.failpoint))
        coverage.windows[window] += stack.mark.exists()


def _kill_at_random(
    stack: ChaosStack,
    stage: Stage,
    seconds: float,
    due: int,
    rng: random.Random,
    coverage: Coverage,
) -> None:
    """Kill the room, or what it speaks with, while it works, until enough are dead."""
    targets = [ROOM, *stack.kinds_of(stage.room)]
    misses = 0
    while coverage.at_random() < due and misses < MOST_MISSES:
        kind = coverage.least_hit(targets, rng)
        process = stack.launch(stage.room, stage.flags)
        # A room that had little left to do may end before it is its turn.
        at_work = lives_until(process, rng.uniform(0.0, seconds * SOONER**misses))
        if at_work and _kill(stack, stage, kind, process, rng, coverage):
            misses = 0
        else:
            misses += 1
        stack.start()
        _wait(process)


def _kill(
    stack: ChaosStack,
    stage: Stage,
    kind: str,
    process: "subprocess.Popen[bytes]",
    rng: random.Random,
    coverage: Coverage,
) -> bool:
    if kind == ROOM:
        hit = kill_room(process, rng)
        coverage.rooms[stage.room] += hit
        return hit
    server = rng.choice(stack.servers[kind])
    stack.kill_server(server)
    coverage.servers[kind, server] += 1
    return True


def _finish(stack: ChaosStack, stage: Stage) -> None:
    """Run a room until it ends with 0."""
    for _ in range(MOST_ATTEMPTS):
        stack.start()
        if _wait(stack.launch(stage.room, stage.flags)) == 0:
            return
    words = stack.last_words(stage.room)
    raise StuckError(f"{stage.name} did not finish in {MOST_ATTEMPTS} runs:\n{words}")


def _wait(process: "subprocess.Popen[bytes]") -> int:
    try:
        return process.wait(ROOM_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return -signal.SIGALRM
