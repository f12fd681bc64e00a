"""The README keeps up with what it describes."""

import re
from pathlib import Path

import yaml

from tradestream.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ROOMS = yaml.safe_load((ROOT / "charts/tradestream/rooms.yaml").read_text("utf-8"))


def test_every_room_is_listed_with_its_schedule() -> None:
    rows = {m[1]: m[0] for m in re.finditer(r"^\| \[`(\w+)`\].*$", README, re.M)}

    assert set(rows) == set(ROOMS["rooms"])
    for name, room in ROOMS["rooms"].items():
        assert f"`{room['schedule']}`" in rows[name] if "schedule" in room else True


def test_every_command_is_listed() -> None:
    for command in COMMANDS:
        assert re.search(rf"`tradestream {command}\b|`{command}`", README), command


def test_the_picture_is_there_and_small() -> None:
    picture = ROOT / "docs/images/report.png"

    assert "docs/images/report.png" in README
    assert picture.stat().st_size <= 300 * 1024
