"""Where a server is, and where its password lies."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """A URL with the file of its password, None where the server trusts.

    Attributes:
        url: Its address, without a password.
        password_file: File of its password or token.
    """

    url: str
    password_file: Path | None

    def flags(self, name: str) -> dict[str, str]:
        """Return what tells a room, by the name of its flag in upper case."""
        flags = {f"{name}_URL": self.url}
        if self.password_file is not None:
            flags[f"{name}_PASSWORD_FILE"] = str(self.password_file)
        return flags
