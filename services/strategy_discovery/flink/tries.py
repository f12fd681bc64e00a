"""How often a request ended its worker, since Flink does not say.

A worker leaves a mark in a folder for what it has in hand, and removes it whatever
comes of it. Whose mark is still there when it comes again was in hand when a process
died: perhaps its own, perhaps a neighbour's, whom Flink took down with it. So it is
tried alone from then on, and only deaths while it was alone count against it.

Nobody waits for ever: who cannot begin in time fails its job, whose restart ends the
processes that held it up, and their marks make what they had in hand be tried alone.
"""

import fcntl
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedWriter
from pathlib import Path

from tradestream.errors import UnavailableError

WAIT_SECONDS = 900.0
"""As long as a transaction may stay open, unless told otherwise."""

_ALONE = ".alone"
_POLL_SECONDS = 0.05


class Tries:
    """Counts in a folder that outlives the worker.

    Args:
        folder: Made when needed; all workers of the job share it. On a folder of
            one machine alone, what comes again on another one is counted from the
            start there, and alone is who is alone on the machine.
        wait_seconds: How long others may keep a record from its turn.
    """

    def __init__(self, folder: Path, wait_seconds: float = WAIT_SECONDS) -> None:
        self._folder = folder
        self._wait_seconds = wait_seconds

    @contextmanager
    def attempt(self, position: str) -> Iterator[int]:
        """Have a record in hand; yield 1 and how often it died alone.

        Waits until nobody else has one in hand if a process died with this one.

        Raises:
            UnavailableError: If its turn does not come in time.
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
        deadline = time.monotonic() + self._wait_seconds
        with ExitStack() as stack:
            door = stack.enter_context((self._folder / "door").open("ab"))
            room = stack.enter_context((self._folder / "room").open("ab"))
            # Who waits to be alone holds the door, so that nobody comes in before.
            self._lock(door, fcntl.LOCK_EX, deadline)
            self._lock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH, deadline)
            fcntl.flock(door, fcntl.LOCK_UN)
            yield

    def _lock(self, file: BufferedWriter, how: int, deadline: float) -> None:
        while True:
            try:
                return fcntl.flock(file, how | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    raise UnavailableError(
                        "a request is required to come to its turn in"
                        f" {self._wait_seconds:g} s, others were not done"
                    ) from error
            time.sleep(_POLL_SECONDS)
