"""Tests of what changes the version of the code, on a small copy of the package."""

from pathlib import Path

import pytest

from tradestream.discovery.version import code_version, sources_hash

DECIDING = (
    "strategies/types/averages.py",
    "strategies/catalogue.py",
    "indicators/bands.py",
    "backtest/trades.py",
    "statistics/betting.py",
    "discovery/claim_hours.py",
    "discovery/exam.py",
    "discovery/life_claims.py",
    "discovery/not_written_yet.py",
)
TELLING = (
    "strategies/types/averages_test.py",
    "statistics/betting_test.py",
    "discovery/exam_test.py",
    "discovery/messages.py",
    "discovery/life_report.py",
    "report/page.py",
    "indicators/__pycache__/bands.cpython-311.pyc",
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name in (*DECIDING, *TELLING):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("LINE = 1\n")
    return tmp_path


@pytest.mark.parametrize("name", DECIDING)
def test_an_edit_of_what_decides_results_is_another_version(
    package: Path, name: str
) -> None:
    before = sources_hash(package)

    (package / name).write_text("LINE = 2\n")

    assert sources_hash(package) != before


@pytest.mark.parametrize("name", TELLING)
def test_an_edit_of_a_test_or_of_a_text_is_the_same_version(
    package: Path, name: str
) -> None:
    before = sources_hash(package)

    (package / name).write_text("LINE = 2\n")

    assert sources_hash(package) == before


def test_a_module_that_moves_is_another_version(package: Path) -> None:
    before = sources_hash(package)

    (package / "statistics/betting.py").rename(package / "backtest/betting.py")

    assert sources_hash(package) != before


def test_the_version_reads_sources_and_says_the_same_twice() -> None:
    first = code_version()
    code_version.cache_clear()

    assert code_version() == first
    assert not first.endswith(sources_hash(Path("/nowhere"))[:12])
