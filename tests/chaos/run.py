"""Running the main line: calmly, or with a SIGKILL at every turn."""

import random
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.chaos.failpoints import CommitWindow
from tests.chaos.main_line import Stage
from tests.chaos.stack import ChaosStack, kill_later
from tradestream.bus.port import Message
from tradestream.errors import TradeStreamError

ROOM_SECONDS = 240.0
MOST_ATTEMPTS = 8
MOST_MISSES = 20
"""Rooms in a row that may end before their turn to be killed."""

SERVER_SHARE = 0.3
"""Share of the random kills that hit a server instead of a room."""


class StuckError(TradeStreamError):
    """Raised when a room does not finish its work although nothing kills it."""


@dataclass(slots=True)
class KillPlan:
    """Whom to kill, and when.

    Attributes:
        kills: How many SIGKILLs in all.
        seed: Of the random ones.
        windows: Commit windows that must each be hit.
        calm: What each stage did in the run without kills.
    """

    kills: int
    seed: int
    windows: Sequence[CommitWindow]
    calm: Sequence["CalmStage"]


@dataclass(frozen=True, slots=True)
class CalmStage:
    """What a stage did when nothing killed it.

    Attributes:
        seconds: How long it took.
        passed: The failpoints that it passed, in the order of first passing.
    """

    seconds: float
    passed: tuple[str, ...]


@dataclass(slots=True)
class Coverage:
    """What was killed.

    Attributes:
        windows: Kills inside each commit window.
        rooms: Kills of each room at a random moment.
        servers: Kills of each server.
    """

    windows: dict[CommitWindow, int] = field(default_factory=dict)
    rooms: dict[str, int] = field(default_factory=dict)
    servers: dict[str, int] = field(default_factory=dict)

    def total(self) -> int:
        """Return how many SIGKILLs there were."""
        parts = (self.windows, self.rooms, self.servers)
        return sum(sum(part.values()) for part in parts)


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
    coverage = Coverage(dict.fromkeys(plan.windows, 0))
    spare = max(0, plan.kills - len(plan.windows))
    for number, stage in enumerate(stages):
        _prepare(stack, stage)
        _kill_in_windows(stack, stage, plan.calm[number].passed, coverage)
        share = spare * (number + 1) // len(stages) - spare * number // len(stages)
        wanted = coverage.total() + share
        for _ in range(share + MOST_MISSES):
            # A room that had little left to do may end before it is killed.
            if coverage.total() >= wanted:
                break
            _kill_at_random(stack, stage, plan.calm[number].seconds, rng, coverage)
        _finish(stack, stage)
        print(f"  {stage.name:<42} {coverage.total():>4} kills so far", flush=True)
    return coverage


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
    stack: ChaosStack, stage: Stage, passed: Sequence[str], coverage: Coverage
) -> None:
    """Kill the room once in each window that it passes, if it can be reached.

    Earlier windows first, because a run that is killed in one leaves those
    behind it to the next; but before all, windows that were never hit.
    """
    windows = [CommitWindow(stage.room, name) for name in passed]
    for window in sorted(windows, key=lambda w: coverage.windows[w]):
        stack.mark.unlink(missing_ok=True)
        _wait(stack.launch(stage.room, stage.flags, window.failpoint))
        coverage.windows[window] += stack.mark.exists()


def _kill_at_random(
    stack: ChaosStack,
    stage: Stage,
    seconds: float,
    rng: random.Random,
    coverage: Coverage,
) -> None:
    process = stack.launch(stage.room, stage.flags)
    delay = rng.uniform(0.0, seconds)
    if rng.random() < SERVER_SHARE:
        server = rng.choice(stack.servers)
        time.sleep(min(delay, seconds))
        stack.kill_server(server)
        coverage.servers[server] = coverage.servers.get(server, 0) + 1
        stack.start()
    elif kill_later(process, delay, rng):
        coverage.rooms[stage.room] = coverage.rooms.get(stage.room, 0) + 1
    _wait(process)


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
