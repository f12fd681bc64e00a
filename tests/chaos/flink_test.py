"""A run of the scenario on Flink counts by how it ended."""

from pathlib import Path

import pytest

from tests.chaos.failpoints import REPOSITORY
from tests.chaos.flink import SCENARIO, survives_a_killed_taskmanager


@pytest.mark.parametrize(("holds", "line"), [(True, "0 lost"), (False, "failed in")])
def test_the_scenario_decides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], *, holds: bool, line: str
) -> None:
    scenario = tmp_path / "scenario_test.py"
    scenario.write_text(f"def test_it() -> None:\n    assert {holds}\n")

    assert survives_a_killed_taskmanager(str(scenario)) is holds
    assert line in capsys.readouterr().out


def test_the_scenario_is_there() -> None:
    path, name = SCENARIO.split("::")

    assert f"def {name}(" in (REPOSITORY / path).read_text()
