"""Tests of the study itself, small: markets of 14 days, few searches."""

from pathlib import Path

import pytest

from tradestream.discovery.life import LifeSettings
from tradestream.study.cells import Cell
from tradestream.study.oracle import Scale
from tradestream.study.results import ResultsFile
from tradestream.study.run import Plan, run_study
from tradestream.study.tallies import of_cells, tally

EDGELESS = (Cell("garch", free=True),)
STRONG = Cell("trend", 1.2)
PLAN = Plan(
    (*EDGELESS, STRONG),
    lives=2,
    days=14,
    settings=LifeSettings(("DONCHIAN_BREAKOUT",), 8, 2),
    scale=Scale(days=2, searched=1, judged=1, measured=1, types=("GANN_SWING",)),
)


class KilledError(Exception):
    """The study is stopped here."""


def test_a_small_study_finds_what_is_planted_and_nothing_else(tmp_path: Path) -> None:
    results = ResultsFile(tmp_path / "lives.jsonl", "v")
    told: list[str] = []

    def until_the_third(done: int, _total: int, what: str) -> None:
        told.append(what)
        if done == 3:
            raise KilledError

    with pytest.raises(KilledError):
        run_study(PLAN, results, 1, until_the_third)
    first = (tmp_path / "lives.jsonl").read_bytes()
    run_study(PLAN, results, 1, lambda _done, _total, what: told.append(what))

    known = results.read()
    assert (tmp_path / "lives.jsonl").read_bytes().startswith(first)
    assert len((tmp_path / "lives.jsonl").read_bytes().splitlines()) == 5
    assert set(known.lives) == {(c.name, seed) for c in PLAN.cells for seed in (1, 2)}
    assert known.oracles[STRONG.name].sharpe > 20
    assert tally(of_cells(known, EDGELESS), 14).by_day[14].count == 0
    found = tally(of_cells(known, [STRONG]), 14)
    assert found.by_day[14].count == 2
    assert found.true == found.validated > 0
    assert told[0] == "0 known"
