"""How often a request ended its worker, since Flink does not say.

A worker notes in a file what it has in hand, and removes it whatever comes of it. What
is still there when it comes again has ended a process: a crash, or memory.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Tries:
    """Counts in a folder that outlives the worker.

    Args:
        folder: Made when needed. On a folder of one machine alone, what comes
            again on another one is counted from the start there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def attempt(self, position: str) -> Iterator[int]:
        """Have a record in hand; yield how often it is by now, at least 1."""
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / position.replace(":", "-")
        number = _count(path) + 1
        path.write_text(str(number))
        try:
            yield number
        finally:
            path.unlink(missing_ok=True)


def _count(path: Path) -> int:
    try:
        return int(path.read_text() or 0)
    except FileNotFoundError:
        return 0
