"""The first day of the simulated markets, chosen once and remembered in a file."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tradestream.errors import ConfigurationError


def remembered(path: Path, history_days: int) -> date:
    """Return the day that a file holds; a new file gets one `history_days` ago.

    Raises:
        ConfigurationError: If it holds no day.
    """
    if not path.exists():
        day = datetime.now(UTC).date() - timedelta(days=history_days)
        temporary = path.with_suffix(".new")
        temporary.write_text(day.isoformat() + "\n")
        temporary.replace(path)
    found = path.read_text().strip()
    try:
        return date.fromisoformat(found)
    except ValueError as error:
        raise ConfigurationError(
            "the first day of the simulated markets, such as 2026-01-31, is"
            f" required in {path}, was {found!r}"
        ) from error
