"""Rows of the contract table, and which of them can run."""

from pathlib import Path

import pytest

from tools.contracts_table import FULL_SIZE, Row, paths, row_of
from tradestream.local.full_size.parts import INFLUXDB, STAMP


def test_a_test_belongs_to_the_row_that_its_name_begins_with() -> None:
    node = "tests/contracts/portfolio_test.py::test_T05_signals_say_when"

    assert row_of(node) == Row("T", 5, "signals say when")
    assert row_of(node + "[case-1]") == Row("T", 5, "signals say when [case-1]")
    assert Row("A", 1, "x").name == "A1"


def test_other_tests_belong_to_no_row() -> None:
    assert row_of("tests/contracts/portfolio_test.py::test_something_else") is None


def test_rows_are_in_the_order_of_the_contract() -> None:
    rows = [Row("T", 10, "a"), Row("A", 1, "b"), Row("T", 2, "c")]

    assert [row.name for row in sorted(rows)] == ["A1", "T2", "T10"]


def test_rows_of_a_part_that_is_missing_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRADESTREAM_PARTS", str(tmp_path))
    without, words = paths()
    made = tmp_path / f"{INFLUXDB.name}-{INFLUXDB.version}" / STAMP
    made.parent.mkdir()
    made.touch()

    assert [Path(path).name for path in without] == ["contracts"]
    assert words.startswith("T9 was not run: influxdb")
    assert words.endswith("make full-parts PARTS=influxdb puts it there")
    assert paths() == ([*without, str(FULL_SIZE)], "")
