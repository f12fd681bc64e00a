"""Tests of `tradestream study truth` that live no life."""

from pathlib import Path

from click.testing import CliRunner

from tradestream.cli.study import command
from tradestream.study.cells import chosen
from tradestream.study.lives import Lived
from tradestream.study.results import ResultsFile


def test_an_unknown_cell_is_refused() -> None:
    outcome = CliRunner().invoke(command, ["truth", "--cells", "moon"])

    assert outcome.exit_code == 2
    output = " ".join(outcome.output.split())
    assert "a cell or kind is required, was 'moon'" in output
    assert "trend 0.62" in output


def test_the_cell_of_the_help_is_one() -> None:
    outcome = CliRunner().invoke(command, ["truth", "--help"])

    assert "garch,trend 0.62" in " ".join(outcome.output.split())
    assert [cell.name for cell in chosen(["trend 0.62"])] == ["trend 0.62"]


def test_lives_of_a_version_are_told_without_living_more(tmp_path: Path) -> None:
    path, page = tmp_path / "lives.jsonl", tmp_path / "truth.md"
    results = ResultsFile(path, "abc", 42)
    for seed in range(1, 81):
        results.add_life(
            Lived(
                "garch free", seed, "abc", 42, (), (), {"14": False, "42": False}, 60,
                0, None, 0, 9.0,
            )
        )  # fmt: skip
    typed = ["truth", "--tell", "abc", "--results", str(path), "--write", str(page)]
    typed += ["--note", "It was Tuesday."]

    outcome = CliRunner().invoke(command, typed)

    assert outcome.exit_code == 0
    assert "0 of 80: 0.0% (0.0% to 4.6%): holds" in outcome.output
    assert "| garch free | 80 | 0 % (0–5) |" in page.read_text(encoding="utf-8")
    told = page.read_text(encoding="utf-8")
    assert "Code abc.\nIt was Tuesday.\n" in told
    assert "Lived: 80 lives, 0 to 80 of each market." in told
    assert "study truth --lives 80 --days 42" in told


def test_lives_of_other_lengths_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "lives.jsonl"
    ResultsFile(path, "abc", 14).add_life(
        Lived("garch", 1, "abc", 14, (), (), {"14": True}, 60, 0, None, 0, 9.0)
    )

    outcome = CliRunner().invoke(
        command, ["truth", "--tell", "abc", "--results", str(path), "--days", "42"]
    )

    assert outcome.exit_code == 0
    assert "0 of 0" in outcome.output
