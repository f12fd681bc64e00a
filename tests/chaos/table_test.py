"""What a chaos run demands of its kills."""

import pytest

from tests.chaos.failpoints import CommitWindow
from tests.chaos.run import Coverage, KillPlan
from tests.chaos.table import print_kills

WINDOW = CommitWindow("room", "room.what")


def test_fewer_kills_than_asked_for_are_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    coverage = Coverage({WINDOW: 1}, {"room": 2}, {"redis": 1})

    assert print_kills(coverage, KillPlan(4, 1, [WINDOW], []))
    assert capsys.readouterr().out == ""
    assert not print_kills(coverage, KillPlan(5, 1, [WINDOW], []))
    assert capsys.readouterr().out == "5 kills required, were 4\n"
