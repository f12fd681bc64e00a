"""The page of a replayed life."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries
from tradestream.discovery.life import live
from tradestream.discovery.life_report import report_life
from tradestream.discovery.life_robustness import add_robustness, that_matter
from tradestream.report import words
from tradestream.report.life_page import life_page
from tradestream.report.life_stories import Lived, stories_of
from tradestream.report.page_test import Page
from tradestream.testing.lives import QUICK, trending
from tradestream.testing.markets import instrument_of, random_walk

DAY = 1440


@dataclass(frozen=True)
class Told:
    """A life with what was told of it."""

    found: Mapping[str, Any]
    lived: Lived


def tell(whole: CandleSeries, *, held_out: int) -> Told:
    cut = len(whole) - held_out
    series, rest = whole.slice(0, cut), whole.slice(cut, len(whole))
    instrument, costs = instrument_of(whole), Costs()
    life = live(series, instrument, costs, QUICK)
    found = report_life(
        life, series, instrument, costs, held_out=rest if held_out else None
    )
    add_robustness(found, series, instrument, costs)
    return Told(found, Lived(life, whole, series, instrument, costs))


@pytest.fixture(scope="module")
def proven() -> Told:
    return tell(trending(9 * DAY, seed=1), held_out=DAY)


@pytest.fixture(scope="module")
def page(proven: Told) -> Page:
    return Page(life_page(proven.found, proven.lived))


def test_the_page_tells_the_whole_life(proven: Told, page: Page) -> None:
    found = proven.found
    validated = sum(result["validated"] for result in found["results"])
    exam = found["exams"][0]
    for wanted in (
        "Search of TREND-USD",
        f"{validated} strategies are proven.",
        f"{found['trials']:,}",
        "the newest 1,440 bars were kept out of everything",
        f"the best reached t {exam['best_t']:.2f}",
        f"line {exam['critical']:.2f}",
        f"best: {exam['passing'][0]['strategy']}",
        found["promise"],
    ):
        assert wanted in page.text
    assert page.loaded == []
    assert len(page.data["life"]["race"]["claims"]) == min(len(found["claims"]), 12)


def test_every_result_that_matters_has_a_part_of_its_own(
    proven: Told, page: Page
) -> None:
    chosen = that_matter(proven.found["results"])

    assert [i for i in page.ids if i.startswith("strategy-")] == [
        f"strategy-{place}-{result['strategy']}"
        for place, result in enumerate(chosen, start=1)
    ]
    for result in chosen:
        held = result["robustness"]
        assert words.percent(held["overfitting_probability"]) in page.text
        kept_out = words.percent(result["holdout"]["total_return"], 2, sign=True)
        assert f"net return {kept_out}" in page.text


def test_evidence_is_drawn_as_it_was_folded(proven: Told) -> None:
    stories = stories_of(proven.found, proven.lived)
    claimed = [story for story in stories if story.claims]

    assert claimed
    for story in claimed:
        drawn = [e for e in story.charts["evidence"]["e"] if e is not None]
        assert drawn[-1] == pytest.approx(story.claims[0].evidence, rel=1e-3)
        assert story.charts["evidence"]["line"] == story.claims[0].threshold
        assert story.born_at == story.claims[0].born_at


def test_the_landscape_holds_the_strategy_and_its_score(proven: Told) -> None:
    for story in stories_of(proven.found, proven.lived):
        for drawn in story.landscapes:
            column, row = drawn.at
            names = dict(zip(drawn.names, (drawn.across, drawn.upwards), strict=False))
            places = dict(zip(drawn.names, (column, row), strict=False))
            for name, values in names.items():
                assert values[places[name]] == story.parameters[name]
            assert drawn.scores[row][column] is not None


def test_the_same_life_gives_the_same_bytes(proven: Told) -> None:
    first = life_page(proven.found, proven.lived)

    assert life_page(proven.found, proven.lived) == first


def test_a_life_without_a_proof_says_so() -> None:
    told = tell(random_walk(5 * DAY), held_out=0)

    page = Page(life_page(told.found, told.lived))

    assert "is proven: what the search found may be luck" in page.text
    assert "No exam: one needs 7 whole days of bars." in page.text
    assert "Not yet provable" in page.text
    assert "No bars since it was found were kept out of everything." in page.text
