"""Writing results to the terminal or a pipe, and showing progress beside them.

Results go to standard output; everything else goes to standard error. A reader
that stops early (`| head`) ends the command quietly.
"""

import json
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tradestream.errors import ConfigurationError

PIPE_WIDTH = 160
"""Columns of a table that is not written to a terminal."""


def write(text: str) -> None:
    """Write `text` to standard output; end quietly when nobody reads it.

    Raises:
        ConfigurationError: If the disk is full, say.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        silence()
        raise SystemExit(0) from None
    except OSError as error:
        silence()
        raise ConfigurationError(f"cannot write: {error.strerror}") from error


def silence() -> None:
    """Drop what is still to be written to standard output.

    Python would complain again while it closes the stream at exit.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write_json(value: Any) -> None:
    """Write `value` as JSON; NaN is a bug and raises ValueError."""
    write(json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n")


def write_tables(tables: Iterable[Table | str]) -> None:
    """Write tables and lines of text, as wide as the terminal allows."""
    terminal = sys.stdout.isatty()
    console = Console(
        highlight=False, markup=False, width=None if terminal else PIPE_WIDTH
    )
    with console.capture() as capture:
        for part in tables:
            console.print(part)
    text = capture.get()
    if not terminal:
        text = "\n".join(line.rstrip() for line in text.split("\n"))
    write(text)


def write_file(path: Path, text: str) -> None:
    """Write `text` to `path`, whole or not at all.

    Raises:
        ConfigurationError: If the file cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")  # a device is not to be replaced
        else:
            _replace(path, text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigurationError(f"cannot write: {reason}: {path}") from error


def _replace(path: Path, text: str) -> None:
    draft = path.with_name(path.name + ".part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError:
        with suppress(OSError):  # the first error is the one to tell
            draft.unlink(missing_ok=True)
        raise


def table(title: str | None, columns: Sequence[str], *, numbers: int = 0) -> Table:
    """Return an empty table whose last `numbers` columns hold numbers."""
    made = Table(
        title=title,
        title_justify="left",
        box=None,
        pad_edge=False,
        show_header=any(columns),
    )
    for place, column in enumerate(columns):
        right = place >= len(columns) - numbers
        made.add_column(
            column,
            justify="right" if right else "left",
            no_wrap=right or place == 0,
            header_style="dim",
        )
    return made


def note(text: str) -> None:
    """Write one line beside the result, to standard error."""
    sys.stderr.write(f"tradestream: {text}\n")
