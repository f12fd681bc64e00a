"""What the demo shows while it works: live on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
)
from rich.text import Text

TITLE_WIDTH = 34


class View(Protocol):
    """The place of one step on the screen."""

    def detail(self, text: str) -> None:
        """Say how far the step is, or what came of it."""
        ...


class Screen(Protocol):
    """Where steps are shown; `seconds` keeps how long each took."""

    console: Console
    seconds: dict[str, float]

    def step(self, title: str) -> AbstractContextManager[View]:
        """Show a step while the block runs."""
        ...


class PlainScreen:
    """A line when a step ends: for logs and pipes."""

    def __init__(self) -> None:
        self.console = Console(file=sys.stdout, width=100)
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, title: str) -> Iterator[View]:
        """Show a step by one line at its end."""
        view = _PlainView()
        started = time.monotonic()
        yield view
        self.seconds[title] = time.monotonic() - started
        line = f"{title:<{TITLE_WIDTH}} {self.seconds[title]:6.1f} s  {view.text}"
        sys.stdout.write(line.rstrip() + "\n")
        sys.stdout.flush()


class _PlainView:
    def __init__(self) -> None:
        self.text = ""

    def detail(self, text: str) -> None:
        self.text = text


class LiveScreen:
    """A line a step, moving while it runs."""

    def __init__(self) -> None:
        self.console = Console()
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, title: str) -> Iterator[View]:
        """Show a step with a spinner, its time, and its latest words."""
        started = time.monotonic()
        progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn(f"{{task.description:<{TITLE_WIDTH}}}"),
            _Seconds(),
            TextColumn("{task.fields[detail]}", style="dim"),
            console=self.console,
            refresh_per_second=12,
        )
        with progress:
            task = progress.add_task(title, total=1, detail="")
            yield _LiveView(progress, task)
            progress.update(task, completed=1)
        self.seconds[title] = time.monotonic() - started


class _LiveView:
    def __init__(self, progress: Progress, task: object) -> None:
        self._progress = progress
        self._task = task

    def detail(self, text: str) -> None:
        self._progress.update(self._task, detail=text)  # type: ignore[arg-type]


class _Seconds(ProgressColumn):
    def render(self, task: Task) -> Text:
        elapsed = task.finished_time if task.finished else task.elapsed
        return Text(f"{elapsed or 0.0:6.1f} s")


def open_screen() -> Screen:
    """Return the screen that fits standard output."""
    return LiveScreen() if sys.stdout.isatty() else PlainScreen()
