"""Evidence beside the gate for the results of a life, and bars kept out of it."""

import json
from typing import Any

import pytest

from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.discovery.life import live
from tradestream.discovery.life_report import report_life
from tradestream.discovery.life_robustness import add_robustness, that_matter
from tradestream.testing.lives import QUICK, trending
from tradestream.testing.markets import instrument_of

DAY = 1440


def made_up(status: str, place: int) -> dict[str, Any]:
    validated = status == "validated"
    return {"status": status, "validated": validated, "place": place}


def test_five_proven_and_the_best_that_may_be_matter() -> None:
    statuses = ["validated"] * 7 + ["retired", "probation", "candidate", "refused"]

    chosen = that_matter([made_up(s, i) for i, s in enumerate(statuses)])

    assert [result["place"] for result in chosen] == [0, 1, 2, 3, 4, 8]
    assert that_matter([made_up("refused", 0)]) == []


def test_robustness_is_added_to_what_matters_alone_and_is_json() -> None:
    series = trending(8 * DAY, seed=1)
    instrument = instrument_of(series)
    found = report_life(
        live(series, instrument, Costs(), QUICK), series, instrument, Costs()
    )
    told = []

    add_robustness(found, series, instrument, Costs(), lambda *a: told.append(a))

    chosen = that_matter(found["results"])
    assert sum("robustness" in result for result in found["results"]) == len(chosen) > 1
    assert told[-1] == (len(chosen), len(chosen), "done")
    held = chosen[0]["robustness"]
    assert {check["name"] for check in held["checks"]} >= {"trade_order", "price_noise"}
    assert 0 <= held["overfitting_probability"] <= 1
    assert 0 <= held["plateau"] <= 1
    json.dumps(found, allow_nan=False)


def test_bars_held_out_change_nothing_but_what_is_measured_on_them() -> None:
    whole = trending(9 * DAY, seed=1)
    series, rest = whole.slice(0, 8 * DAY), whole.slice(8 * DAY, 9 * DAY)
    instrument = instrument_of(whole)
    life = live(series, instrument, Costs(), QUICK)

    found = report_life(life, series, instrument, Costs(), held_out=rest)

    without = report_life(life, series, instrument, Costs())
    assert without["holdout"] is None
    assert found["holdout"] == {
        "start": "2023-11-22T23:00:00Z",
        "end": "2023-11-23T23:00:00Z",
        "bars": DAY,
    }
    for held, plain in zip(found["results"], without["results"], strict=True):
        assert {k: v for k, v in held.items() if k != "holdout"} == plain
    first = found["results"][0]
    window = Window(rest, instrument, Costs())
    genome = window.genome(first["strategy"], first["parameters"])
    own = window.evaluate(first["strategy"], genome)
    assert first["holdout"]["total_return"] == pytest.approx(own.total_return[0])
    assert first["holdout"]["trades"] == own.trades[0]
