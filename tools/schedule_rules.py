"""Write platform/prometheus/rules/schedules.yaml: how late each job may be.

usage: python -m tools.schedule_rules [--check]

Schedules stand in charts/tradestream/rooms.yaml and nowhere else. A job is late when
three of its periods and its deadline went by without a success. With --check nothing
is written: status 1 if the file is not as it should be.
"""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from tools import repository
from tradestream.local.cron import parse

ROOMS = Path("charts/tradestream/rooms.yaml")
RULES = Path("platform/prometheus/rules/schedules.yaml")
MISSED_PERIODS = 3

_HEAD = """\
# Written by `python -m tools.schedule_rules` from charts/tradestream/rooms.yaml.
groups:
  - name: tradestream_schedules
    rules:
"""
_RULE = """\
      - record: tradestream:room:{record}
        expr: vector({value})
        labels:
          room: {room}
"""


def rules(rooms: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the file's text for the jobs of rooms.yaml."""
    parts = [_HEAD]
    for room, settings in rooms.items():
        if settings["kind"] == "job":
            deadline = int(settings["deadline_seconds"])
            latest = MISSED_PERIODS * period_seconds(settings["schedule"]) + deadline
            for record, value in (
                ("max_age_seconds", latest),
                ("deadline_seconds", deadline),
            ):
                parts.append(_RULE.format(record=record, value=value, room=room))
    return "".join(parts)


def period_seconds(schedule: str) -> int:
    """Return the longest time between two runs within a week."""
    cron, at = parse(schedule), datetime(2026, 1, 1, tzinfo=UTC)
    end, longest = at + timedelta(days=8), 0
    at = cron.next_after(at)
    while at < end:
        following = cron.next_after(at)
        longest = max(longest, int((following - at).total_seconds()))
        at = following
    return longest


def main(arguments: list[str]) -> int:
    """Write or check; return the exit status."""
    text = (repository.ROOT / ROOMS).read_text("utf-8")
    wanted = rules(yaml.safe_load(text)["rooms"])
    path = repository.ROOT / RULES
    if path.exists() and path.read_text("utf-8") == wanted:
        return 0
    if "--check" in arguments:
        print(f"{RULES}: is not what python -m tools.schedule_rules writes")
        return 1
    path.write_text(wanted, "utf-8")
    print(f"{RULES} written")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
