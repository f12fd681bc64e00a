"""A lock that one command at a time holds on a stack."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tradestream.errors import UnavailableError
from tradestream.local.processes import POLL_SECONDS

LOCK_SECONDS = 30.0


@contextmanager
def hold(path: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the lock of a file, made if it is not there; wait for another holder.

    Raises:
        UnavailableError: If another command holds it for longer than `seconds`.
        OSError: If the file cannot be opened.
    """
    with path.open("w") as file:
        take(file, seconds, "another command is starting or stopping this stack")
        yield


def take(file: IO[str], seconds: float, holder: str) -> None:
    """Take the lock of an open file, until it is closed; wait for another holder.

    Raises:
        UnavailableError: If it is held for longer than `seconds`; `holder` says who
            does what.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise UnavailableError(
                    f"{holder}, and was not done in {seconds:.0f} s"
                ) from error
        else:
            return
        time.sleep(POLL_SECONDS)
