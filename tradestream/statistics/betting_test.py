"""Tests of the evidence of claims: nobody gets rich on noise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.statistics.betting import (
    START,
    evidence,
    fold,
    spent_share,
    threshold,
)


def test_threshold_grows_with_the_square_of_the_number() -> None:
    assert threshold(1) == pytest.approx(65.797, abs=1e-3)
    assert threshold(10) == pytest.approx(100 * threshold(1))


def test_all_claims_together_spend_the_budget() -> None:
    assert sum(1 / threshold(k) for k in range(1, 200_000)) < 0.025
    assert sum(spent_share(k) for k in range(1, 200_000)) == pytest.approx(1, abs=1e-4)


def test_evidence_of_noise_is_one_on_average() -> None:
    random = np.random.default_rng(23)
    hours = random.normal(size=(4000, 48))

    final = [evidence(fold(START, x.tolist(), 1.0)) for x in hours]

    assert np.mean(final) == pytest.approx(1, abs=0.08)


def test_evidence_of_fat_tailed_noise_rarely_ever_reaches_its_line() -> None:
    random = np.random.default_rng(29)
    reached = 0
    for _ in range(1000):
        capitals, top = START, 1.0
        for x in random.standard_t(3, size=500) / math.sqrt(3):
            capitals = fold(capitals, [x], 1.0)
            top = max(top, evidence(capitals))
        reached += top >= 20

    # Ville: at most 5 %; three standard errors above.
    assert reached <= 50 + 21


def test_evidence_of_an_edge_grows() -> None:
    hours = np.random.default_rng(31).normal(0.25, 1, size=500)

    assert evidence(fold(START, hours.tolist(), 1.0)) > threshold(5)


@given(st.lists(st.floats(-50, 50), max_size=40), st.integers(0, 40))
def test_folding_in_two_parts_is_folding_once(hours: list[float], cut: int) -> None:
    whole = fold(START, hours, 2.0)

    assert fold(fold(START, hours[:cut], 2.0), hours[cut:], 2.0) == whole


@given(st.lists(st.floats(-1e6, 1e6), max_size=40))
def test_capital_is_never_negative(hours: list[float]) -> None:
    assert min(fold(START, hours, 1.0)) >= 0


def test_a_deviation_of_nil_is_refused() -> None:
    with pytest.raises(ValueError, match="deviation must be above 0, was 0"):
        fold(START, [1.0], 0.0)
