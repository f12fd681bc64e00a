"""Tests of results: lines are whole or not there."""

from dataclasses import replace
from pathlib import Path

import pytest

from tradestream.discovery.claim_proposals import Find
from tradestream.study.lives import Lived
from tradestream.study.oracle import Oracle
from tradestream.study.results import ResultsFile

LIVED = Lived(
    cell="garch free", seed=1, version="a", days=42, exam_days=(28,),
    claim_days=(30.5,), history={"14": False, "42": True}, claims=70, validated=2,
    true=None, retired=0, seconds=9.5,
)  # fmt: skip


def test_what_was_added_is_read_again(tmp_path: Path) -> None:
    results = ResultsFile(tmp_path / "new" / "lives.jsonl", "a", 42)
    best = Oracle(Find("SMA_RSI", {"rsiPeriod": 5}), 21.5, 0.8)

    results.add_life(LIVED)
    results.add_oracle("trend 0.6", best)

    known = results.read()
    assert known.lives == {("garch free", 1): LIVED}
    assert known.oracles == {"trend 0.6": best}


def test_a_torn_line_is_lived_again(tmp_path: Path) -> None:
    path = tmp_path / "lives.jsonl"
    results = ResultsFile(path, "a", 42)
    for seed in (1, 2):
        results.add_life(replace(LIVED, seed=seed))
    path.write_bytes(path.read_bytes()[:-20])

    assert list(results.read().lives) == [("garch free", 1)]

    results.add_life(replace(LIVED, seed=3))
    assert [seed for _, seed in results.read().lives] == [1, 3]


def test_lives_of_other_code_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "lives.jsonl"
    ResultsFile(path, "a", 42).add_life(LIVED)

    assert not ResultsFile(path, "b", 42).read().lives


def test_lives_of_another_length_do_not_count_and_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "lives.jsonl"
    short = replace(LIVED, days=14, history={"14": False})
    ResultsFile(path, "a", 42).add_life(LIVED)
    ResultsFile(path, "a", 14).add_life(short)

    for days, one in ((42, LIVED), (14, short)):
        known = ResultsFile(path, "a", days).read()
        assert known.lives == {("garch free", 1): one}
    with pytest.raises(ValueError, match="a life of 42 days by a is required"):
        ResultsFile(path, "a", 42).add_life(short)


def test_bootstraps_of_other_bars_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "lives.jsonl"
    drawn = replace(LIVED, cell="bootstrap free")
    for one in (LIVED, drawn):
        ResultsFile(path, "a", 42).add_life(one)

    assert len(ResultsFile(path, "a", 42).read().lives) == 2
    assert list(ResultsFile(path, "a", 42, "f1").read().lives) == [("garch free", 1)]

    ResultsFile(path, "a", 42, "f1").add_life(drawn)
    assert len(ResultsFile(path, "a", 42, "f1").read().lives) == 2


def test_a_life_is_found_on_its_first_day() -> None:
    assert LIVED.found_day == 28
    assert not LIVED.found_by(14)
    assert LIVED.found_by(28)
    assert replace(LIVED, exam_days=()).found_by(30) is False
    assert replace(LIVED, exam_days=(), claim_days=()).found_day is None
