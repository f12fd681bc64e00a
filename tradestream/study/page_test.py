"""Tests of what lives say together, and of the page."""

from collections.abc import Iterable

import pytest

from tradestream.discovery.claim_proposals import Find
from tradestream.study.cells import CELLS, Cell, chosen
from tradestream.study.lives import Lived
from tradestream.study.oracle import Oracle
from tradestream.study.page import page
from tradestream.study.results import Results
from tradestream.study.tallies import by_band, tally
from tradestream.study.verdicts import verdicts

FREE, USUAL = Cell("garch", free=True), Cell("garch")
STRONG, WEAK = Cell("trend", 0.6), Cell("trend", 0.3)


def lived(cell: Cell, seed: int, *days: int) -> Lived:
    return Lived(
        cell.name, seed, "v", 42, days, (), {"14": 14 in days, "42": bool(days)}, 60,
        len(days), len(days) if cell.planted else None, 0, 9.0,
    )  # fmt: skip


def results(lives: Iterable[Lived]) -> Results:
    find = Find("GANN_SWING", {"gannPeriod": 30})
    return Results(
        {(one.cell, one.seed): one for one in lives},
        {STRONG.name: Oracle(find, 26.0, 0.9), WEAK.name: Oracle(find, 9.0, 0.9)},
    )


def many(cell: Cell, found: int, of: int, day: int = 14) -> list[Lived]:
    return [lived(cell, s, *([day] if s < found else [])) for s in range(of)]


def test_lives_are_counted_by_day() -> None:
    counted = tally([*many(USUAL, 2, 10, day=28), lived(USUAL, 11, 14)], 42)

    assert [counted.by_day[day].count for day in (14, 28, 42)] == [1, 3, 3]
    assert counted.by_day[42].of == 11
    assert counted.median_day == 28


@pytest.mark.parametrize(("false", "holds"), [(2, True), (12, False)])
def test_the_promise_is_held_against_false_discoveries(false: int, holds: bool) -> None:
    known = results([*many(FREE, false, 100), *many(USUAL, 0, 100)])

    found = verdicts(known, (FREE, USUAL), 42)

    assert [verdict.holds for verdict in found[:2]] == [holds, holds]


@pytest.mark.parametrize(("found", "holds"), [(45, True), (30, False)])
def test_the_promise_is_held_against_recall(found: int, holds: bool) -> None:
    known = results([*many(STRONG, found, 50), *many(WEAK, 0, 50)])

    recalls = verdicts(known, (STRONG, WEAK), 42)[2:]

    assert [verdict.holds for verdict in recalls] == [holds] * 4


def test_few_lives_do_not_keep_the_promise_yet() -> None:
    known = results(many(FREE, 0, 20))

    assert verdicts(known, (FREE,), 42)[0].holds is None


@pytest.mark.parametrize("found", [0, 1, 9])
def test_nine_lives_hold_nothing_and_break_nothing(found: int) -> None:
    known = results([*many(FREE, found, 9), *many(STRONG, found, 9)])

    assert {v.holds for v in verdicts(known, (FREE, STRONG), 42)} == {None}


def test_a_kind_above_its_bound_does_not_hold_only_because_lives_are_few() -> None:
    known = results([*many(FREE, 1, 20), *many(USUAL, 0, 100)])

    kinds = verdicts(known, (FREE, USUAL), 42)[1]

    assert kinds.measured == "the highest is garch free, 1 of 20: 5.0% (0.9% to 23.6%)"
    assert kinds.holds
    known = results([*many(FREE, 2, 20), *many(USUAL, 0, 100)])
    assert verdicts(known, (FREE, USUAL), 42)[1].holds is None


def test_nothing_lived_is_not_a_promise_held() -> None:
    assert {v.holds for v in verdicts(results([]), CELLS, 42)} == {None}


def test_cells_are_told_by_the_strength_of_their_oracle() -> None:
    bands = by_band(results([]), (STRONG, WEAK))

    assert [(low, [c.name for c in cells]) for low, _, cells in bands] == [
        (0.0, ["trend 0.3"]),
        (25.0, ["trend 0.6"]),
    ]


def test_the_page_tells_counts_and_intervals() -> None:
    known = results([*many(FREE, 1, 50), *many(STRONG, 45, 50)])

    text = page(known, (FREE, STRONG), days=42, types=60, command="typed", version="v")

    assert "Lived: 100 lives, 50 of each market." in text
    assert "| garch free | 50 | 2 % (0–10) |" in text
    assert "| trend 0.6 | 26.0 ± 0.9 | GANN_SWING | 50 | 90 % (79–96) |" in text


def test_the_page_tells_how_many_lives_were_lived() -> None:
    known = results([*many(FREE, 1, 5), *many(STRONG, 3, 6)])

    text = page(known, (FREE, STRONG), days=42, types=60, command="typed", version="v")

    assert "Lived: 11 lives, 5 to 6 of each market." in text


def test_cells_are_chosen_by_name_or_kind() -> None:
    assert chosen([]) == CELLS
    assert set(chosen(["garch"])) == {FREE, USUAL}
    assert chosen(["garch free", "garch free"]) == (FREE,)
    with pytest.raises(KeyError, match="moon"):
        chosen(["moon"])
