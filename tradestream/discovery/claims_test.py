"""Tests of claims: each hour once, decided after each, never given back."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.discovery.claims import (
    Claim,
    ClaimEnd,
    ClaimHours,
    ClaimState,
    close_claim,
    fold_hours,
    open_claim,
)

BIRTH = datetime(2026, 3, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def newborn(number: int = 1) -> Claim:
    return open_claim(number, BIRTH, exposure=0.5, deviation=0.01)


def hours(
    returns: list[float],
    *,
    market: float = 0.0,
    trips: int = 1,
    start: datetime = BIRTH,
) -> ClaimHours:
    size = len(returns)
    return ClaimHours(start, returns, [market] * size, [trips] * size)


def test_a_steady_edge_is_validated_with_its_evidence() -> None:
    claim = fold_hours(newborn(), hours([0.02] * 60))

    assert claim.state is ClaimState.VALIDATED
    assert claim.proven_at is not None
    assert claim.proven_evidence is not None
    assert claim.proven_evidence >= claim.threshold
    assert claim.folded_until == BIRTH + 60 * HOUR


def test_a_later_claim_needs_more() -> None:
    first = fold_hours(newborn(1), hours([0.02] * 200))
    ninth = fold_hours(newborn(9), hours([0.02] * 200))

    assert first.proven_at is not None
    assert ninth.proven_at is not None
    assert first.proven_at < ninth.proven_at


def test_a_rising_market_proves_nothing() -> None:
    claim = fold_hours(newborn(), hours([0.01] * 500, market=0.02))

    assert claim.state is ClaimState.OPEN
    assert claim.evidence == pytest.approx(1)


def test_ten_trips_are_needed() -> None:
    claim = fold_hours(newborn(), hours([0.02] * 60, trips=0))

    assert claim.state is ClaimState.OPEN
    assert claim.evidence > claim.threshold


def test_a_return_above_nil_is_needed() -> None:
    claim = fold_hours(newborn(), hours([-0.01] * 60, market=-0.06))

    assert claim.state is ClaimState.OPEN
    assert claim.evidence > claim.threshold


def test_a_hopeless_claim_is_closed_and_folds_no_more() -> None:
    claim = fold_hours(newborn(), hours([-0.03] * 400))

    assert claim.state is ClaimState.CLOSED
    assert claim.end is ClaimEnd.HOPELESS
    assert claim.folded_until == claim.closed_at
    assert fold_hours(claim, hours([0.02] * 500)) == claim


def test_an_unproven_claim_is_closed_after_ninety_days() -> None:
    claim = fold_hours(newborn(), hours([0.0] * 3000))

    assert claim.end is ClaimEnd.EXPIRED
    assert claim.closed_at == BIRTH + timedelta(days=90)


def test_a_validated_claim_whose_edge_dies_falls_away() -> None:
    claim = fold_hours(newborn(), hours([0.02] * 40 + [-0.03] * 300))

    assert claim.end is ClaimEnd.FELL_AWAY
    assert claim.proven_at is not None


def test_a_long_good_life_does_not_delay_the_end() -> None:
    ends = []
    for good in (60, 1000):
        claim = fold_hours(newborn(), hours([0.02] * good + [-0.002] * 300))
        assert claim.closed_at is not None
        ends.append(claim.closed_at - BIRTH - good * HOUR)

    assert ends[0] == ends[1] < timedelta(days=9)


def test_an_edge_that_goes_on_is_hardly_ever_doubted() -> None:
    random = np.random.default_rng(7)
    retired = 0
    for _ in range(60):
        noise = random.standard_t(4, size=90 * 24) * 0.007
        # An annual Sharpe ratio of 16.
        claim = fold_hours(newborn(), hours((0.0017 + noise).tolist()))
        retired += claim.end is ClaimEnd.FELL_AWAY

    assert retired <= 1


def test_a_stale_claim_keeps_its_number() -> None:
    claim = close_claim(newborn(7), BIRTH, ClaimEnd.STALE)

    assert (claim.number, claim.state) == (7, ClaimState.CLOSED)


@given(
    st.lists(st.floats(-0.05, 0.05), min_size=1, max_size=80),
    st.lists(st.integers(0, 80), max_size=6),
)
def test_any_division_of_the_hours_gives_the_same_claim(
    returns: list[float], cuts: list[int]
) -> None:
    whole = fold_hours(newborn(), hours(returns))

    claim = newborn()
    for cut in [*sorted(cuts), len(returns)]:
        claim = fold_hours(claim, hours(returns[:cut]))
        claim = fold_hours(claim, hours(returns[:cut]))

    assert claim == whole


def test_a_missing_hour_is_refused() -> None:
    with pytest.raises(ValueError, match="hours from"):
        fold_hours(newborn(), hours([0.0], start=BIRTH + HOUR))


def test_hours_before_birth_never_count() -> None:
    early = hours([0.5] * 3 + [0.001], start=BIRTH - 3 * HOUR)

    assert fold_hours(newborn(), early) == fold_hours(newborn(), hours([0.001]))


def test_a_birth_within_an_hour_is_refused() -> None:
    with pytest.raises(ValueError, match="whole hour"):
        open_claim(1, BIRTH + HOUR / 2, exposure=0.5, deviation=0.1)


def test_few_of_many_lives_without_an_edge_are_validated() -> None:
    random = np.random.default_rng(3)
    lives = random.standard_t(3, size=(400, 336)) * 0.01
    validated = 0
    for life in lives:
        claim = fold_hours(newborn(), hours(life.tolist()))
        validated += claim.proven_at is not None

    # At most 1.5 % may be: 6 / π² of 2.5 %; three standard errors above.
    assert validated <= 6 + 8
