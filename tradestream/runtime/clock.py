"""The one clock of a run: the real one, or one that `--now` holds still."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clock:
    """Says what time it is.

    Attributes:
        held: The time that it always says; None for the real time.
    """

    held: datetime | None = None

    def now(self) -> datetime:
        """Return the time, timezone-aware, in UTC."""
        return self.held if self.held is not None else datetime.now(UTC)


def parse_time(text: str) -> datetime:
    """Return an ISO time such as `2026-01-31T12:00:00Z` in UTC.

    Raises:
        ValueError: If it is not ISO or names no timezone.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"a time with a timezone is required, was {text!r}")
    return at.astimezone(UTC)
