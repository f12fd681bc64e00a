"""The whole demo: a wiped folder, the main line, the tables, then real time."""

import fcntl
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from tradestream.errors import ConfigurationError
from tradestream.local.demo.keeper import Keeper
from tradestream.local.demo.line import MainLine
from tradestream.local.demo.live import RealTime
from tradestream.local.demo.rooms import Rooms
from tradestream.local.demo.screen import open_screen
from tradestream.local.sizes import of_size, open_stack
from tradestream.local.stack import Stack

SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_MARK = "wiped_by_demo"
"""File of a folder that a demo made: what it may wipe, and no stack of a user's."""


def run_demo(root: Path, *, size: str | None, stay: bool, keep: bool) -> None:
    """Run the demo; whatever happens, no process of it is left behind.

    Args:
        root: Folder of its stack; wiped at the start.
        size: `small` or `full`; None: that of a kept folder, else small.
        stay: Go on in real time until Ctrl-C after the tables.
        keep: Do not wipe the folder, go on with its data.

    Raises:
        TradeStreamError: If something of it fails; says which room, and why.
        KeyboardInterrupt: If it was interrupted before the tables.
    """
    with _alone(root), _interruptible():
        stack = _prepare(root, size, keep=keep)
        screen = open_screen()
        rooms = Rooms(stack, screen)
        try:
            started = time.monotonic()
            line = MainLine(stack, screen, rooms)
            line.run()
            line.print_tables()
            screen.console.print(f"\ndone in {time.monotonic() - started:.1f} s")
            if stay:
                _stay(stack, rooms, screen.console)
        finally:
            _deaf()
            rooms.end()
            stack.down()


def _stay(stack: Stack, rooms: Rooms, console: Console) -> None:
    console.print(f"page {stack.url('page')}")
    console.print("every room now runs on its schedule; Ctrl-C ends it\n")
    try:
        RealTime(rooms, Keeper(stack.restart_stopped), console).run()
    except KeyboardInterrupt:
        console.print("stopping")


def _prepare(root: Path, size: str | None, *, keep: bool) -> Stack:
    """Stop what an earlier demo left running; return a stack in a clean folder."""
    before = open_stack(root)
    folder = before.layout.root
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise ConfigurationError(
            f"an empty folder or one of an earlier demo is required, was {root}"
        )
    before.down()
    of_size(root, size or before.size).require_programs()
    if not keep:
        _wipe(folder)
    stack = open_stack(root, size)
    stack.layout.create()
    (folder / _MARK).touch()
    return stack


def _wipe(folder: Path) -> None:
    """Empty a folder of an earlier demo; its mark stays, should this be cut off."""
    for path in folder.glob("*"):
        if path.name == _MARK:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Keep a second demo out of the same folder."""
    folder = root.expanduser().absolute()
    path = folder.with_name(f"{folder.name}.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("w")
    except OSError as error:
        raise ConfigurationError(
            f"a folder that can be written to is required, was {path.parent}:"
            f" {error.strerror}"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigurationError(f"another demo runs in {root}") from error
        yield


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the demo as Ctrl-C does."""
    before = {number: signal.signal(number, _interrupt) for number in SIGNALS}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int, frame: object) -> None:
    del number, frame
    raise KeyboardInterrupt


def _deaf() -> None:
    """Ignore further signals, so that cleaning up is not interrupted."""
    for number in (*SIGNALS, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
