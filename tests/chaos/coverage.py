"""How many kills there are to be, of what, and how many there were."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.chaos.failpoints import CommitWindow

WINDOW, ROOM, TASKMANAGER = "commit window", "room", "flink taskmanager"

ENOUGH_FOR_ALL = 60
"""So many kills must hit every kind of target; fewer need not."""


@dataclass(frozen=True, slots=True)
class CalmStage:
    """What a stage did when nothing killed it.

    Attributes:
        seconds: How long it took.
        passed: The failpoints that it passed, in the order of first passing.
    """

    seconds: float
    passed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KillPlan:
    """Whom to kill, and when.

    Attributes:
        kills: How many SIGKILLs in all.
        seed: Of the random ones.
        windows: All commit windows of the code.
        calm: What each stage did in the run without kills.
        kinds: Kinds of servers that there are in the main line.
        has_flink: Whether a TaskManager is among the targets.
    """

    kills: int
    seed: int
    windows: Sequence[CommitWindow]
    calm: Sequence[CalmStage]
    kinds: Sequence[str] = ()
    has_flink: bool = False

    @property
    def in_windows(self) -> int:
        """Kills in commit windows: half of all, as far as there are passages."""
        passages = sum(len(stage.passed) for stage in self.calm)
        return min(self.kills // 2, passages)

    @property
    def chosen(self) -> Sequence[CommitWindow]:
        """The commit windows that must each be hit.

        All of them where there are kills enough, else as many as there are kills.
        """
        if self.in_windows >= len(self.windows):
            return self.windows
        return random.Random(self.seed).sample(self.windows, self.in_windows)

    @property
    def of_taskmanagers(self) -> int:
        """Kills of a TaskManager: one kind of the random ones among the others."""
        others = self.kills - self.in_windows
        return max(1, others // len(self.targets)) if self.has_flink else 0

    @property
    def at_random(self) -> int:
        """Kills of rooms and servers of the main line at random moments."""
        return max(0, self.kills - self.in_windows - self.of_taskmanagers)

    @property
    def targets(self) -> tuple[str, ...]:
        """Kinds of what is killed at random."""
        return (ROOM, *self.kinds, *((TASKMANAGER,) if self.has_flink else ()))


@dataclass(slots=True)
class Coverage:
    """What was killed.

    Attributes:
        windows: Kills inside each commit window that was chosen.
        rooms: Kills of each room at a random moment.
        servers: Kills of each server, by kind and its own name, likewise.
    """

    windows: dict[CommitWindow, int]
    rooms: Counter[str] = field(default_factory=Counter)
    servers: Counter[tuple[str, str]] = field(default_factory=Counter)

    def at_random(self) -> int:
        """Return how many SIGKILLs came at a random moment."""
        return self.rooms.total() + self.servers.total()

    def total(self) -> int:
        """Return how many SIGKILLs there were."""
        return sum(self.windows.values()) + self.at_random()

    def missing_windows(self) -> int:
        """Return how many commit windows were not hit yet."""
        return sum(not kills for kills in self.windows.values())

    def of(self, kind: str) -> int:
        """Return how many of a kind of target were killed."""
        return sum(self.named(kind).values())

    def least_hit(self, kinds: Sequence[str], rng: random.Random) -> str:
        """Return a kind that the fewest kills have hit, so that each has its share."""
        return min(kinds, key=lambda kind: (self.of(kind), rng.random()))

    def named(self, kind: str) -> Mapping[str, int]:
        """Return how often each target of a kind was killed."""
        if kind == WINDOW:
            return {f"{w.room}: {w.failpoint}": n for w, n in self.windows.items()}
        if kind == ROOM:
            return dict(self.rooms)
        return {name: n for (of, name), n in self.servers.items() if of == kind}


def missing(coverage: Coverage, plan: KillPlan) -> list[str]:
    """Return what the kills of a run lack, each as a line; nothing if complete."""
    lines = []
    unhit = coverage.missing_windows()
    if unhit:
        lines.append(
            f"a kill in each of {len(plan.chosen)} commit windows required,"
            f" {unhit} had none"
        )
    if plan.kills >= ENOUGH_FOR_ALL:
        spared = [kind for kind in plan.targets if not coverage.of(kind)]
        if spared:
            lines.append(f"kills of every kind required, none of: {', '.join(spared)}")
    if coverage.total() < plan.kills:
        lines.append(f"{plan.kills} kills required, were {coverage.total()}")
    return lines
