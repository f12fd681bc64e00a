"""Print the contract table: row, test, result.

usage: python -m tools.contracts_table [PYTEST ARGUMENT…]

A test of `tests/contracts` is named after its row: `test_T05_…` belongs to row T5.
Rows that need a real InfluxDB are run where `make full-parts` has put one.
Status 0 only if every test passed.
"""

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console
from rich.table import Table

from tradestream.errors import ConfigurationError
from tradestream.local.full_size.parts import INFLUXDB

TESTS = Path(__file__).parents[1] / "tests"
FULL_SIZE = TESTS / "full_size" / "contracts_test.py"
_NAME = re.compile(r"test_([A-Z])(\d+)_(\w+)(\[.*\])?$")


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """One test of the table.

    Attributes:
        letter: Part of the contract, e.g. `T`.
        number: Row of that part, e.g. 5.
        words: What the test shows.
    """

    letter: str
    number: int
    words: str

    @property
    def name(self) -> str:
        """Return the row's name, e.g. `T5`."""
        return f"{self.letter}{self.number}"


def row_of(node_id: str) -> Row | None:
    """Return the row that a test belongs to, None when its name has none."""
    found = _NAME.search(node_id.rpartition("::")[2])
    if found is None:
        return None
    letter, number, words, case = found.groups()
    return Row(
        letter, int(number), words.replace("_", " ") + (f" {case}" if case else "")
    )


@dataclass(slots=True, eq=False)
class Results:
    """A pytest plugin that notes what became of each test.

    Attributes:
        passed: By row: whether every phase of the test passed.
        strays: What failed or was skipped outside any row.
    """

    passed: dict[Row, bool] = field(default_factory=dict)
    strays: list[str] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note one phase (setup, call, teardown) of one test."""
        row = row_of(report.nodeid)
        if row is not None:
            self.passed[row] = self.passed.get(row, True) and report.passed
        elif not report.passed:
            self.strays.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a module that could not be imported."""
        if not report.passed:
            self.strays.append(report.nodeid)


def paths() -> tuple[list[str], str]:
    """Return the tests that can run here, and a word on those that cannot."""
    try:
        INFLUXDB.find()
    except ConfigurationError as error:
        return [str(TESTS / "contracts")], f"T9 was not run: {error}"
    return [str(TESTS / "contracts"), str(FULL_SIZE)], ""


def table(results: Results) -> Table:
    """Return the results as a table, in the order of the contract."""
    shown = Table(title="Contracts")
    for title in ("row", "test", "result"):
        shown.add_column(title)
    for row, passed in sorted(results.passed.items()):
        word = "[green]passed[/]" if passed else "[red]FAILED[/]"
        shown.add_row(row.name, row.words.replace("[", r"\["), word)
    for stray in results.strays:
        shown.add_row("", stray.replace("[", r"\["), "[red]FAILED[/]")
    return shown


def main(arguments: list[str]) -> int:
    """Run the contract tests and print the table."""
    results = Results()
    files, missing = paths()
    status = int(pytest.main([*files, "-q", *arguments], plugins=[results]))
    Console().print(table(results))
    rows = {row.name for row in results.passed}
    failed = {row.name for row, passed in results.passed.items() if not passed}
    print(f"{len(rows)} rows, {len(failed)} failed", flush=True)
    if missing:
        print(missing, flush=True)
    if status == 0 and (failed or results.strays):
        return int(pytest.ExitCode.TESTS_FAILED)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
