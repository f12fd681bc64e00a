"""The one clock of a run: the real one, or one that `--now` holds still."""

from dataclasses import dataclass
from datetime import UTC, datetime

FIRST_YEAR = 2009
"""No coin was traded before."""
LAST_YEAR = 2100
"""Later times are slips of the keyboard."""


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
        ValueError: If it is not ISO, names no timezone, or is not within FIRST_YEAR
            to LAST_YEAR.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"a time with a timezone is required, was {text!r}")
    # Before the change of zone, which overflows at the ends of the calendar.
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        raise ValueError(
            f"a time from {FIRST_YEAR} to {LAST_YEAR} is required, was {text!r}"
        )
    return at.astimezone(UTC)
