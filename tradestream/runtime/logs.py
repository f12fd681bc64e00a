"""Structured logs: lines for people on a terminal, JSON everywhere else.

A run writes one INFO line with its counts and durations. structlog is imported
with the first line, so that checking flags costs nothing.
"""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_configured = False
_in_hand: ContextVar[Mapping[str, object]] = ContextVar("in_hand")
_NOTHING: Mapping[str, object] = {}


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Put `fields`, e.g. `correlation_id`, on every line written meanwhile.

    Holds for this thread, whichever logger writes the line; an empty field is
    left out.
    """
    given = {name: value for name, value in fields.items() if value != ""}
    token = _in_hand.set({**_in_hand.get(_NOTHING), **given})
    try:
        yield
    finally:
        _in_hand.reset(token)


class RoomLog:
    """A logger that puts the room, and what was bound, on every line."""

    def __init__(self, room: str, bound: Mapping[str, object] | None = None) -> None:
        self._room = room
        self._bound = dict(bound or {})

    def bind(self, **fields: object) -> "RoomLog":
        """Return a logger that adds `fields`, e.g. `correlation_id`, to each line."""
        return RoomLog(self._room, {**self._bound, **fields})

    def info(self, event: str, **fields: object) -> None:
        """Write what happened."""
        self._write("info", event, fields)

    def warning(self, event: str, **fields: object) -> None:
        """Write what somebody may have to look at."""
        self._write("warning", event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Write what failed."""
        self._write("error", event, fields)

    def exception(self, event: str, **fields: object) -> None:
        """Write what failed, with the traceback of the exception being handled."""
        self._write("error", event, {**fields, "exc_info": True})

    def _write(self, level: str, event: str, fields: Mapping[str, object]) -> None:
        logger = _structlog().get_logger()
        known = {**_in_hand.get(_NOTHING), **self._bound, **fields}
        getattr(logger, level)(event, room=self._room, **known)


def get_logger(room: str) -> RoomLog:
    """Return the logger of a room."""
    return RoomLog(room)


def _structlog() -> Any:
    global _configured
    structlog = _import_structlog()
    if not _configured:
        _configure(structlog)
        _configured = True
    return structlog


def _import_structlog() -> Any:
    # structlog imports rich for tracebacks when it is there: 130 ms, more than a
    # job with nothing to do takes. We print our own, so it must not find it.
    hidden = "rich" not in sys.modules
    if hidden:
        sys.modules["rich"] = None  # type: ignore[assignment]
    try:
        import structlog
    finally:
        if hidden:
            del sys.modules["rich"]
    return structlog


def _configure(structlog: Any) -> None:
    terminal = sys.stderr.isatty()
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    tail = (
        [
            structlog.dev.ConsoleRenderer(
                exception_formatter=structlog.dev.plain_traceback
            )
        ]
        if terminal
        else [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ]
    )
    structlog.configure(
        processors=[*shared, *tail],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
