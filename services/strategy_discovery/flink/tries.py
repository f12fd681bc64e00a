"""How often a request ended its worker, since Flink does not say.

A worker leaves a mark in a folder for what it has in hand, and removes it whatever
comes of it. Whose mark is still there when it comes again was in hand when a process
died: perhaps its own, perhaps a neighbour's, whom Flink took down with it. So it is
tried alone from then on, and only deaths while it was alone count against it.
"""

import fcntl
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

_ALONE = ".alone"


class Tries:
    """Counts in a folder that outlives the worker.

    Args:
        folder: Made when needed; all workers of the job share it. On a folder of
            one machine alone, what comes again on another one is counted from the
            start there, and alone is who is alone on the machine.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def attempt(self, position: str) -> Iterator[int]:
        """Have a record in hand; yield 1 and how often it died alone.

        Waits until nobody else has one in hand if a process died with this one.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        name = position.replace(":", "-")
        with self._in_hand(alone=bool(self._marks(name))):
            before = self._marks(name)
            # Marks are of one process each: none counts, or removes, another's.
            suffix = _ALONE if before else ""
            mark = self._folder / f"{name}.{uuid.uuid4().hex}{suffix}"
            mark.touch(exist_ok=False)
            try:
                yield 1 + sum(one.suffix == _ALONE for one in before)
            finally:
                for one in (mark, *before):
                    one.unlink(missing_ok=True)

    def _marks(self, name: str) -> list[Path]:
        return list(self._folder.glob(f"{name}.*"))

    @contextmanager
    def _in_hand(self, *, alone: bool) -> Iterator[None]:
        """Hold what says that a record is in hand; the end of a process frees it."""
        with ExitStack() as stack:
            door = stack.enter_context((self._folder / "door").open("ab"))
            room = stack.enter_context((self._folder / "room").open("ab"))
            # Who waits to be alone holds the door, so that nobody comes in before.
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            fcntl.flock(door, fcntl.LOCK_UN)
            yield
