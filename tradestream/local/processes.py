"""Background processes that outlive their starter, found again by a pid file."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tradestream.errors import TradeStreamError, UnavailableError

POLL_SECONDS = 0.01

# Children that were started here and are meant to outlive us: kept, because a
# forgotten Popen object complains, and never waits.
_children: list[subprocess.Popen[bytes]] = []


class StartError(TradeStreamError):
    """Raised when a process of the small stack cannot be started."""


@dataclass(frozen=True, slots=True)
class Handle:
    """A process, told apart from a later one with the same number.

    Attributes:
        pid: Its number.
        started_at: When it was started, seconds since 1970, as the system says.
    """

    pid: int
    started_at: float

    @classmethod
    def of(cls, pid: int) -> "Handle":
        """Return the handle of a process that lives; ProcessLookupError if not."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.Error as error:
            raise ProcessLookupError(f"no process {pid}") from error

    def is_alive(self) -> bool:
        """Whether that very process lives and is no zombie."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started_at) < 1
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


def write_handle(path: Path, handle: Handle) -> None:
    """Remember a process in a file."""
    temporary = path.with_suffix(".new")
    temporary.write_text(
        json.dumps({"pid": handle.pid, "started_at": handle.started_at})
    )
    temporary.replace(path)


def read_handle(path: Path) -> Handle | None:
    """Return the process that a file remembers if it still lives, else None."""
    try:
        fields = json.loads(path.read_text())
        handle = Handle(int(fields["pid"]), float(fields["started_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return handle if handle.is_alive() else None


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
    directory: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, its output appended to `log`.

    Raises:
        StartError: If the program or the log cannot be opened.
    """
    try:
        with log.open("ab") as output:
            child = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=None if environment is None else dict(environment),
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                cwd=directory,
                start_new_session=True,
            )
    except OSError as error:
        raise StartError(f"{Path(command[0]).name} does not start: {error}") from error
    _children.append(child)
    return child


def start(
    name: str,
    command: Sequence[str | Path],
    *,
    directory: Path,
    log: Path,
    pid_file: Path,
    ready: Callable[[], bool],
    seconds: float,
    environment: Mapping[str, str] | None = None,
) -> Handle:
    """Start a server in its folder, remember it in a file, and wait until it answers.

    Raises:
        StartError: With its own last words, if it is not `ready` in time.
    """
    process = spawn(command, log=log, environment=environment, directory=directory)
    handle = Handle.of(process.pid)
    write_handle(pid_file, handle)
    if not wait_until(ready, process, seconds):
        process.kill()
        process.wait()
        raise StartError(f"{name} does not start: {last_line(log)}")
    return handle


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], seconds: float
) -> bool:
    """Wait for `ready`; False when the process ended or the time was over first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if ready():
            return True
        if process.poll() is not None:
            return False
        time.sleep(POLL_SECONDS)
    return False


def stop(handle: Handle, number: int = signal.SIGTERM, seconds: float = 15.0) -> None:
    """Send a signal and wait until the process is gone; SIGKILL when it will not.

    Raises:
        UnavailableError: If it outlives even that.
    """
    for attempt, patience in ((number, seconds), (signal.SIGKILL, 5.0)):
        if not handle.is_alive():
            break
        os.kill(handle.pid, attempt)
        deadline = time.monotonic() + patience
        while handle.is_alive() and time.monotonic() < deadline:
            _reap()
            time.sleep(POLL_SECONDS)
    _reap()
    if handle.is_alive():
        raise UnavailableError(f"process {handle.pid} does not end")
    for child in tuple(_children):
        # Another thread, ending a child of its own, may have been in the way.
        if child.pid == handle.pid:
            with suppress(subprocess.TimeoutExpired):
                child.wait(1)


def _reap() -> None:
    """Collect children of ours that ended, so that they are no zombies."""
    # One by one: another thread may start a child, or collect one, meanwhile.
    for child in tuple(_children):
        if child.poll() is not None:
            with suppress(ValueError):
                _children.remove(child)


def last_line(log: Path) -> str:
    """Return the last line with words of a log, for an error message."""
    try:
        lines = [x.strip() for x in log.read_text(errors="replace").splitlines()]
    except OSError:
        return "no log"
    return next((line for line in reversed(lines) if line), "no output")
