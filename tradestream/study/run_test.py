"""Tests of the study itself, small: markets of 14 days, few searches."""

from concurrent.futures import Future
from dataclasses import replace
from multiprocessing import active_children
from pathlib import Path

import pytest

from tradestream.discovery.life import LifeSettings
from tradestream.study.cells import Cell
from tradestream.study.oracle import Scale
from tradestream.study.results import ResultsFile
from tradestream.study.run import Plan, finished, run_study
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
    results = ResultsFile(tmp_path / "lives.jsonl", "v", 14)
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


def test_what_is_finished_at_an_interrupt_is_kept_and_nobody_lives_on(
    tmp_path: Path,
) -> None:
    results = ResultsFile(tmp_path / "lives.jsonl", "v", 14)
    plan = replace(PLAN, cells=EDGELESS, lives=6)

    def at_the_first(done: int, _total: int, _what: str) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_study(plan, results, 2, at_the_first)

    lines = (tmp_path / "lives.jsonl").read_bytes().splitlines()
    assert 1 <= len(lines) == len(results.read().lives) < 6
    assert not active_children()


def test_only_those_that_are_done_are_finished() -> None:
    done, failed, cancelled, open_ = (Future[int]() for _ in range(4))
    done.set_result(7)
    failed.set_exception(KilledError())
    cancelled.cancel()

    pieces = {done: "a", failed: "b", cancelled: "c", open_: "d"}
    assert list(finished(pieces)) == [("a", 7)]
