"""The rules with shorter durations, so that a test of minutes sees all of them at work.

Durations are rewritten and nothing else: conditions, thresholds, labels, and names
are those of `platform/prometheus`.
"""

import re
import shutil
from pathlib import Path

from tradestream.local.full_size.prometheus_server import CONFIGURATION

FOR_BY = 120
"""`for: 1h` becomes 30 seconds."""

RANGE_BY = 30
SHORTEST, LONGEST = 12, 60
"""`[30m]` becomes a minute; no range holds less than six scrapes."""

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_FOR = re.compile(r"(?<=\bfor: )(\d+)([smhd])$", re.MULTILINE)
_RANGE = re.compile(r"(?<=\[)(\d+)([smhd])(?=\])")


def shortened_configuration(folder: Path) -> Path:
    """Write Prometheus's configuration with shorter durations; return its folder."""
    shutil.copytree(CONFIGURATION, folder)
    for path in (folder / "rules").glob("*.yaml"):
        path.write_text(shortened(path.read_text("utf-8")), "utf-8")
    return folder


def shortened(rules: str) -> str:
    """Return the text of rules with shorter durations."""
    return _RANGE.sub(_range, _FOR.sub(_for, rules))


def _for(found: "re.Match[str]") -> str:
    return f"{_seconds(found) * 1000 // FOR_BY}ms"


def _range(found: "re.Match[str]") -> str:
    return f"{min(max(_seconds(found) // RANGE_BY, SHORTEST), LONGEST)}s"


def _seconds(found: "re.Match[str]") -> int:
    return int(found[1]) * _SECONDS[found[2]]
