"""Write what every room measures into its README and docs/reference/metrics.md.

usage: python -m tools.metrics_reference [--check]

What is written comes from `services/<room>/meters.py`, so nothing can be measured
that is not documented. With --check nothing is written: status 1 and the names of
the files that are not as they should be.
"""

import importlib
import re
import sys
from pathlib import Path

from tools import repository
from tradestream.runtime.meters import Meter, RoomMeters

REFERENCE = Path("docs/reference/metrics.md")
_BEGIN = "<!-- metrics: written by tools/metrics_reference.py -->"
_END = "<!-- /metrics -->"
_BLOCK = re.compile(f"{re.escape(_BEGIN)}.*?{re.escape(_END)}", re.DOTALL)
_INTRODUCTION = """\
# Metrics

Every metric of every room, written by `python -m tools.metrics_reference` from
`services/<room>/meters.py`.
Jobs push theirs at the end of a run, resident rooms serve them on `/metrics`:
[how they get to Prometheus](../monitoring.md).
"""


def rooms(root: Path) -> list[RoomMeters]:
    """Return what the rooms below `root` declare, by name of the room."""
    names = [path.parent.name for path in (root / "services").glob("*/meters.py")]
    found = [
        importlib.import_module(f"services.{name}.meters").METERS
        for name in sorted(names)
    ]
    return list(found)


def block(declared: RoomMeters) -> str:
    """Return the table of a room's README, with its marks."""
    lines = [_BEGIN, "", "| metric | says |", "|---|---|"]
    for what, meter in declared.meters.items():
        name = declared.full_name(what) + _braces(meter)
        values = f" ({_labels(meter)})" if any(meter.labels.values()) else ""
        lines.append(f"| `{name}` | {meter.says}{values} |")
    return "\n".join([*lines, "", _END])


def reference(declared: list[RoomMeters]) -> str:
    """Return the text of docs/reference/metrics.md."""
    parts = [_INTRODUCTION]
    for one in declared:
        link = f"[{one.room}](../../services/{one.room}/README.md)"
        rows = [
            f"| `{one.full_name(what)}` | {'counter' if m.is_counter else 'gauge'}"
            f" | {m.unit.replace('_', ' ')} | {_labels(m)} | {m.says} |"
            for what, m in one.meters.items()
        ]
        head = ["| metric | type | unit | labels | says |", "|---|---|---|---|---|"]
        parts.append("\n".join([f"## {link}", "", *head, *rows, ""]))
    return "\n".join(parts)


def documents(root: Path) -> dict[Path, str]:
    """Return each document as it should be, by its path below `root`.

    Raises:
        ValueError: If a README has no place for the table.
    """
    declared = rooms(root)
    wanted = {REFERENCE: reference(declared)}
    for one in declared:
        path = Path("services") / one.room / "README.md"
        text = (root / path).read_text("utf-8")
        if _BLOCK.search(text) is None:
            raise ValueError(f"{path}: the lines {_BEGIN} and {_END} are required")
        before, after = _BLOCK.split(text, maxsplit=1)
        wanted[path] = before + block(one) + after
    return wanted


def main(arguments: list[str]) -> int:
    """Write or check; return the exit status."""
    root = repository.ROOT
    try:
        wanted = documents(root)
    except ValueError as error:
        print(error)
        return 1
    stale = [
        path
        for path, text in wanted.items()
        if not (root / path).exists() or (root / path).read_text("utf-8") != text
    ]
    if "--check" in arguments:
        for path in stale:
            print(f"{path}: is not what python -m tools.metrics_reference writes")
        return 1 if stale else 0
    for path in stale:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(wanted[path], "utf-8")
        print(f"{path} written")
    return 0


def _braces(meter: Meter) -> str:
    return f"{{{', '.join(meter.labels)}}}" if meter.labels else ""


def _labels(meter: Meter) -> str:
    return "; ".join(
        f"`{label}`: {', '.join(values)}" if values else f"`{label}`"
        for label, values in meter.labels.items()
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
