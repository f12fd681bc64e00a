"""Tests of `tradestream study truth` that live no life."""

from pathlib import Path

from click.testing import CliRunner

from tradestream.cli.study import command
from tradestream.study.lives import Lived
from tradestream.study.results import ResultsFile


def test_an_unknown_cell_is_refused() -> None:
    outcome = CliRunner().invoke(command, ["truth", "--cells", "moon"])

    assert outcome.exit_code == 2
    assert "a cell or kind is required, was 'moon'" in outcome.output


def test_lives_of_a_version_are_told_without_living_more(tmp_path: Path) -> None:
    path, page = tmp_path / "lives.jsonl", tmp_path / "truth.md"
    results = ResultsFile(path, "abc")
    for seed in range(1, 81):
        results.add_life(
            Lived(
                "garch free", seed, "abc", 42, (), (), {"14": False, "42": False}, 60,
                0, None, 0, 9.0,
            )
        )  # fmt: skip
    typed = ["truth", "--tell", "abc", "--results", str(path), "--write", str(page)]

    outcome = CliRunner().invoke(command, typed)

    assert outcome.exit_code == 0
    assert "0 of 80: 0.0% (0.0% to 4.6%): holds" in outcome.output
    assert "| garch free | 80 | 0 % (0–5) |" in page.read_text(encoding="utf-8")
    assert "Code abc." in page.read_text(encoding="utf-8")
