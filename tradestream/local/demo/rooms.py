"""Running rooms one after another, each as a process through its own `main.py`."""

import json
import os
import time
from collections.abc import Callable, Sequence

from tradestream.errors import TradeStreamError
from tradestream.local import rooms_to_run
from tradestream.local.demo.screen import Screen, View
from tradestream.local.room_runs import RoomRun
from tradestream.local.stack import Stack

POLL_SECONDS = 0.02
DETAIL_SECONDS = 0.3


class RoomFailedError(TradeStreamError):
    """Raised when a room of the demo ends with another status than 0."""


class Rooms:
    """Starts rooms against a stack, and ends all of them.

    Args:
        stack: Where they work.
        screen: Where they are shown.
    """

    def __init__(self, stack: Stack, screen: Screen) -> None:
        self._stack = stack
        self._screen = screen
        self._runs: list[RoomRun] = []

    def start(self, room: str, flags: Sequence[str] = ()) -> RoomRun:
        """Start a room and return at once."""
        return self._begin(room, rooms_to_run.command(room, flags))

    def start_worker(self, room: str, flags: Sequence[str] = ()) -> RoomRun:
        """Start a resident room and return at once."""
        return self.start(room, (*flags, *self._stack.worker_flags(room)))

    def start_module(self, name: str, command: Sequence[str]) -> RoomRun:
        """Start a program that is no room, such as the compiler of the kernels."""
        return self._begin(name, command)

    def run(
        self,
        title: str,
        room: str,
        flags: Sequence[str] = (),
        *,
        progress: Callable[[], str] | None = None,
    ) -> None:
        """Run a room to its end and show it as a step.

        Args:
            title: Name of the step.
            room: Name of the room.
            flags: Its flags, besides what the environment says.
            progress: Says how far it is; asked now and then, and at the end.

        Raises:
            RoomFailedError: With the room's own line, if it fails.
        """
        with self._screen.step(title) as view:
            self.wait(self.start(room, flags), view, progress)

    def wait(
        self,
        run: RoomRun,
        view: View,
        progress: Callable[[], str] | None = None,
    ) -> None:
        """Wait for a run that was started; RoomFailedError if it fails."""
        asked = time.monotonic()
        while run.status() is None:
            if progress is not None and time.monotonic() - asked > DETAIL_SECONDS:
                view.detail(progress())
                asked = time.monotonic()
            time.sleep(POLL_SECONDS)
        self.forget(run)
        status = run.status()
        if status:
            raise RoomFailedError(
                f"{run.room} ended with {status}: {why(run.output())}"
            )
        if progress is not None:
            view.detail(progress())

    def forget(self, run: RoomRun) -> None:
        """Stop keeping a run that has ended."""
        self._runs.remove(run)
        self._stack.layout.forget_room(run.process.pid)

    def end(self) -> None:
        """End everything that runs."""
        for run in list(self._runs):
            run.end()
            self.forget(run)

    def _begin(self, name: str, command: Sequence[str]) -> RoomRun:
        log = self._stack.layout.log(name)
        environment = {**self._stack.environment(), "PYTHONUNBUFFERED": "1"}
        run = RoomRun.begin(name, command, log, environment)
        # `tradestream down` finds it there if this process is killed.
        self._stack.layout.remember_room(run.process.pid)
        self._runs.append(run)
        return run


def why(output: str) -> str:
    """Return the one line in which a room says why it failed."""
    lines = [line for line in output.splitlines() if line.strip()]
    for line in reversed(lines):
        fields = _fields(line)
        if fields.get("level") == "error":
            return str(fields.get("event", line))
    return lines[-1] if lines else "it said nothing"


def last_fields(output: str) -> dict[str, object]:
    """Return the fields of the last structured line, empty when there is none."""
    for line in reversed(output.splitlines()):
        fields = _fields(line)
        if fields:
            return fields
    return {}


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _fields(line: str) -> dict[str, object]:
    try:
        fields = json.loads(line)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
