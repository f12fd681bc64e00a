"""Where the programs of the full size lie: in a cache of the user, by version.

`make full-parts` (`python -m tools.full_size build`) puts them there.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from tradestream.errors import ConfigurationError

STAMP = "stamp.json"
"""File that a finished part has; what lacks it is half of one."""


@dataclass(frozen=True, slots=True)
class Part:
    """A program that somebody else wrote, in the one version that we know.

    Attributes:
        name: What it is called on the command line, e.g. `kafka`.
        version: Its version.
    """

    name: str
    version: str

    @property
    def directory(self) -> Path:
        """Where it lies, or will lie."""
        return folder() / f"{self.name}-{self.version}"

    def find(self) -> Path:
        """Return its folder.

        Raises:
            ConfigurationError: If it was not built; names the command that does.
        """
        if not (self.directory / STAMP).exists():
            raise ConfigurationError(
                f"{self.name} {self.version} is required in {self.directory}, was"
                f" missing; make full-parts PARTS={self.name} puts it there"
            )
        return self.directory


KAFKA = Part("kafka", "4.3.1")
INFLUXDB = Part("influxdb", "2.7.12")
FLINK = Part("flink", "2.2.1")
KUBERNETES = Part("kubernetes", "1.36.3")

PARTS = (KAFKA, INFLUXDB, FLINK, KUBERNETES)


def folder() -> Path:
    """Return the folder of all parts; TRADESTREAM_PARTS names another one."""
    named = os.environ.get("TRADESTREAM_PARTS")
    if named:
        return Path(named).expanduser().absolute()
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "tradestream" / "parts"
