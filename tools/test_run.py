"""Run the tests, all of them by default, and close with what came out.

usage: python -m tools.test_run [PYTEST ARGUMENT…]

The last line is `N passed, N failed`, counted from pytest's own reports: an error
outside a test (a fixture, an import) is a failure, and so is a skipped or expected
failing test, since what a test does not show it does not promise.
"""

import sys

import pytest

# The two workers of the machine that the time limit is meant for; each has its own
# servers, so more workers would mostly start servers.
_DEFAULTS = ["-q", "--numprocesses=2", "--dist=worksteal"]


class Tally:
    """A pytest plugin that counts what became of each test."""

    def __init__(self) -> None:
        self._passed: set[str] = set()
        self._failed: set[str] = set()
        self.broken_promises: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one phase (setup, call, teardown) of one test."""
        if report.failed:
            self._failed.add(report.nodeid)
        elif report.skipped:
            self._failed.add(report.nodeid)
            self.broken_promises.append(f"{report.nodeid}: {report.longrepr}")
        elif report.when == "call":
            self._passed.add(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Count a module that could not be imported as one failure."""
        if not report.passed:
            self._failed.add(report.nodeid)

    @property
    def passed(self) -> int:
        """How many tests passed in every phase."""
        return len(self._passed - self._failed)

    @property
    def failed(self) -> int:
        """How many tests or modules did not."""
        return len(self._failed)


def closing_line(passed: int, failed: int) -> str:
    """Return the line that people and CI look for at the end."""
    return f"{passed} passed, {failed} failed"


def main(arguments: list[str]) -> int:
    """Run pytest; status 0 only if something ran and all of it passed."""
    tally = Tally()
    status = int(pytest.main([*_DEFAULTS, *arguments], plugins=[tally]))
    for promise in tally.broken_promises:
        print(f"skipped, which counts as failed: {promise}")
    if status == pytest.ExitCode.OK and tally.failed:
        status = int(pytest.ExitCode.TESTS_FAILED)
    print(closing_line(tally.passed, tally.failed), flush=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
