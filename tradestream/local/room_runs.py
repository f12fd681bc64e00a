"""Rooms as child processes: started, watched, and ended with all they started."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from tradestream.local import processes

GRACE_SECONDS = 10.0
POLL_SECONDS = 0.02


@dataclass(slots=True)
class RoomRun:
    """One process of a room, in a session of its own.

    Attributes:
        room: Name of the room.
        log: File that its output goes to.
        process: The process.
        offset: Where in the log this run's output begins.
        started: When it started, by the monotonic clock.
        ended: When its end was seen.
    """

    room: str
    log: Path
    process: "subprocess.Popen[bytes]"
    offset: int
    started: float = field(default_factory=time.monotonic)
    ended: float | None = None

    @classmethod
    def begin(
        cls,
        room: str,
        command: Sequence[str],
        log: Path,
        environment: Mapping[str, str],
    ) -> Self:
        """Start a room; StartError if that is impossible."""
        offset = log.stat().st_size if log.exists() else 0
        process = processes.spawn(command, log=log, environment=environment)
        return cls(room, log, process, offset)

    def status(self) -> int | None:
        """Return the exit status, None while it runs."""
        status = self.process.poll()
        if status is not None and self.ended is None:
            self.ended = time.monotonic()
        return status

    def seconds(self) -> float:
        """Return how long it ran, or runs."""
        return (self.ended or time.monotonic()) - self.started

    def end(self) -> None:
        """End it politely, then not; nothing of its session is left."""
        if self.process.poll() is None:
            self._signal(signal.SIGTERM)
            deadline = time.monotonic() + GRACE_SECONDS
            while self.process.poll() is None and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
        self._signal(signal.SIGKILL)
        self.process.wait()
        self.status()

    def output(self) -> str:
        """Return what it printed."""
        with self.log.open("rb") as file:
            file.seek(self.offset)
            return file.read().decode(errors="replace")

    def _signal(self, number: int) -> None:
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return
