"""Scoring the gate by what came after its verdicts."""

import math
from typing import Any

import pytest

from tradestream.discovery.paper_scores import PaperRecord, score_verdicts


def record(verdict: str, symbol: str, mean: float, **changes: Any) -> PaperRecord:
    """Return 400 hours with a standard deviation of 1 %."""
    hours = changes.get("hours", 400)
    squares = hours * (0.01**2 + mean**2)
    return PaperRecord(verdict, symbol, hours, hours * mean, squares, 0.0)


def test_a_verdict_that_nobody_got_is_empty() -> None:
    assert [score.strategies for score in score_verdicts([])] == [0, 0, 0]
    assert score_verdicts([])[0].sharpe is None


def test_the_sharpe_ratio_is_of_the_hourly_excess() -> None:
    [validated, _, _] = score_verdicts([record("validated", "A", 0.001)])

    assert validated.excess_bps == pytest.approx(10)
    assert validated.sharpe == pytest.approx(0.1 * math.sqrt(8760))
    assert validated.high is not None and validated.low is not None  # noqa: PT018
    half = 1.96 * math.sqrt(8760 / 400)
    assert validated.high - validated.low == pytest.approx(2 * half)


def test_strategies_on_one_symbol_count_as_one() -> None:
    many = [record("refused", "A", 0.001) for _ in range(50)]
    others = [record("refused", name, -0.001) for name in "BC"]

    refused = score_verdicts([*many, *others])[2]

    assert (refused.strategies, refused.symbols) == (52, 3)
    assert refused.sharpe == pytest.approx(-0.1 * math.sqrt(8760) / 3)
    assert refused.gained == pytest.approx(50 / 52)
    assert refused.low is not None
    assert refused.low < 0 < (refused.high or 0)


def test_a_few_hours_say_nothing_about_a_ratio() -> None:
    [validated, _, _] = score_verdicts([record("validated", "A", 0.01, hours=23)])

    assert (validated.hours, validated.sharpe) == (23, None)
