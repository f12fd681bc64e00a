"""Tests of a replayed life: an edge is proven, noise is not, nothing looks ahead."""

import json
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries
from tradestream.discovery.life import Life, LifeSettings, live
from tradestream.discovery.life_report import report_life
from tradestream.testing.lives import QUICK, trending
from tradestream.testing.markets import instrument_of, random_walk

MANY = LifeSettings(
    strategies=("SMA_EMA_CROSSOVER", "DONCHIAN_BREAKOUT", "BBAND_W_R", "SMA_RSI"),
    population_size=20,
    max_generations=4,
)


def test_a_planted_edge_is_validated_by_both_doors() -> None:
    series = trending(9 * 1440, seed=1)

    life = live(series, instrument_of(series), Costs(), QUICK)
    report = report_life(life, series, instrument_of(series), Costs())

    assert len(life.exams) == 1
    assert life.exams[0].outcome.passing
    doors = {r["door"] for r in report["results"] if r["validated"]}
    assert doors == {"A", "B"}
    best = report["results"][0]
    assert best["validated"]
    assert best["excess_sharpe"] > 20
    assert best["evidence"]["k"] >= 1


def test_nothing_is_validated_on_a_random_walk() -> None:
    series = random_walk(9 * 1440, seed=5)

    life = live(series, instrument_of(series), Costs(), QUICK)
    report = report_life(life, series, instrument_of(series), Costs())

    assert report["trials"] == life.trials > 0
    assert report["results"]
    assert not any(r["validated"] for r in report["results"])
    assert any("not yet provable" in " ".join(r["reasons"]) for r in report["results"])


def test_claims_know_nothing_of_bars_after_their_birth() -> None:
    series = random_walk(6 * 1440, seed=5)
    cut = 5 * 1440
    instrument = instrument_of(series)

    whole = live(series, instrument, Costs(0.0, 0.0), QUICK)
    short = live(series.slice(0, cut), instrument, Costs(0.0, 0.0), QUICK)

    assert 0 < len(short.claims) < len(whole.claims)
    for one, other in zip(short.claims, whole.claims, strict=False):
        assert (one.find, one.training_t) == (other.find, other.training_t)
        assert one.claim.number == other.claim.number
        assert one.claim.exposure == other.claim.exposure
        assert one.claim.deviation == other.claim.deviation


def test_the_same_seed_lives_the_same_life() -> None:
    series = trending(5 * 1440, seed=2)
    instrument = instrument_of(series)

    lives = [live(series, instrument, Costs(), QUICK) for _ in range(2)]

    first, second = (
        json.dumps(report_life(x, series, instrument, Costs()), allow_nan=False)
        for x in lives
    )
    assert first == second


class Remembered:
    """A journal in memory."""

    def __init__(self, known: dict[str, Any]) -> None:
        self.known = known
        self.written: dict[str, Any] = {}

    def read(self, key: str) -> Any:
        return self.known.get(key)

    def write(self, key: str, value: Any) -> None:
        assert key not in self.known
        self.written[key] = json.loads(json.dumps(value))


def told(life: Life, series: CandleSeries) -> str:
    report = report_life(life, series, instrument_of(series), Costs())
    return json.dumps(report, allow_nan=False)


def test_workers_and_kills_change_nothing() -> None:
    series = trending(6 * 1440, seed=2)
    instrument = instrument_of(series)
    journal = Remembered({})
    whole = live(series, instrument, Costs(), MANY, journal=journal)
    searches = list(journal.written.items())
    killed = Remembered(dict(searches[: len(searches) // 2]))

    others = [
        live(series, instrument, Costs(), MANY, workers=3),
        live(series, instrument, Costs(), MANY, journal=killed, workers=2),
        live(series, instrument, Costs(), MANY, journal=Remembered(dict(searches))),
    ]

    assert len(searches) > 2
    assert len(killed.written) == len(searches) - len(killed.known)
    for other in others:
        assert other.trials == whole.trials
        assert told(other, series) == told(whole, series)


def test_evidence_is_told_hour_by_hour() -> None:
    series = trending(5 * 1440, seed=2)

    life = live(series, instrument_of(series), Costs(), QUICK)

    assert life.claims
    for lived in life.claims:
        hours = (lived.claim.folded_until - lived.claim.born_at) // timedelta(hours=1)
        assert len(lived.evidence) == hours > 0
        assert lived.evidence[-1] == pytest.approx(lived.claim.evidence)


def test_the_newest_search_keeps_what_it_tried() -> None:
    series = trending(4 * 1440, seed=2)

    life = live(series, instrument_of(series), Costs(), QUICK)

    landscape = life.landscapes["DONCHIAN_BREAKOUT"]
    assert (landscape.certificate, len(landscape.genomes)) == ("exhaustive", 41)
    assert set(life.landscapes) == {"DONCHIAN_BREAKOUT", "SMA_EMA_CROSSOVER"}
    (best,) = [f for f in life.finds if f.strategy_name == "DONCHIAN_BREAKOUT"][:1]
    top = landscape.genomes[np.argmax(landscape.scores)]
    assert best.parameters == {"donchianPeriod": top[0]}


def test_a_short_series_has_neither_exam_nor_claim() -> None:
    series = random_walk(600)

    life = live(series, instrument_of(series), Costs(), QUICK)

    assert life.exams == ()
    assert life.claims == ()
    assert life.finds


def test_progress_ends_at_its_total() -> None:
    steps: list[tuple[int, int]] = []
    series = random_walk(4 * 1440)

    live(
        series,
        instrument_of(series),
        Costs(),
        QUICK,
        lambda done, total, _what, _trials: steps.append((done, total)),
    )

    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1]
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)


def test_only_shown_types_are_reported_but_all_are_examined() -> None:
    series = trending(8 * 1440, seed=1)
    instrument = instrument_of(series)
    settings = LifeSettings(("DONCHIAN_BREAKOUT",), 20, 2)

    life = live(series, instrument, Costs(), settings)
    report = report_life(
        life, series, instrument, Costs(), strategies=settings.strategies
    )

    assert report["exams"][0]["genomes"] > 1000
    assert {r["strategy"] for r in report["results"]} == {"DONCHIAN_BREAKOUT"}


@pytest.mark.parametrize("days", [8, 13])
def test_one_exam_takes_the_whole_file(days: int) -> None:
    series = trending(days * 1440, seed=3)

    life = live(
        series, instrument_of(series), Costs(), LifeSettings(("SMA_RSI",), 4, 1)
    )

    assert len(life.exams) == 1
    record = life.exams[0].record
    assert (record.end - record.start).days == days
