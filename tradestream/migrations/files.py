"""The SQL files: which there are, in which order, and what is in them."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from tradestream.errors import ConfigurationError

_NAME = re.compile(r"\d{4}_[a-z0-9_]+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One SQL file.

    Attributes:
        name: Its file name, e.g. `0001_market_data.sql`; files apply in this order.
        sql: Its statements.
    """

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """The sha256 of its text, in hex."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read_migrations(directory: Path) -> tuple[Migration, ...]:
    """Return the migrations of a folder in order.

    Raises:
        ConfigurationError: If there are none, or a name is not `0001_what.sql`.
    """
    paths = sorted(directory.glob("*.sql"))
    if not paths:
        raise ConfigurationError(f"SQL files are required in {directory}, was none")
    for path in paths:
        if not _NAME.fullmatch(path.name):
            raise ConfigurationError(
                f"a name such as 0001_market_data.sql is required, was {path.name}"
            )
    return tuple(Migration(p.name, p.read_text(encoding="utf-8")) for p in paths)
