"""Tests of how long an edge needs to be proven; figures measured by simulation."""

from datetime import UTC, datetime, timedelta

import pytest

from tradestream.discovery.outlook import days_until_provable, exam_length
from tradestream.statistics.betting import threshold

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def needed(sharpe: float, **changes: object) -> int | None:
    settings: dict[str, object] = {
        "critical_t": 4.3,
        "next_exam": None,
        "claim": None,
        "next_claim": 5,
    }
    settings.update(changes)
    return days_until_provable(sharpe, now=NOW, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(("sharpe", "days"), [(20, 14), (10, 54), (5, 216), (2, 1351)])
def test_a_claim_takes_as_long_as_was_measured(sharpe: float, days: int) -> None:
    found = needed(sharpe)

    assert found is not None
    assert abs(found - days) <= 0.02 * days + 1


def test_an_exam_needs_a_sharpe_of_about_twenty_on_a_fortnight() -> None:
    assert exam_length(25, 4.02) < timedelta(days=14.5)
    assert exam_length(10, 4.02) > timedelta(days=84)


def test_the_next_exam_shortens_the_wait_when_it_is_long_enough() -> None:
    fortnight = (NOW + timedelta(days=3), timedelta(days=14))

    assert needed(30, next_exam=fortnight) == 3
    assert needed(12, next_exam=fortnight) == needed(12)


def test_evidence_that_is_there_counts() -> None:
    line = threshold(5)

    close, far = needed(10, claim=(line / 2, line)), needed(10, claim=(1.0, line))

    assert close is not None
    assert far is not None
    assert close < far


def test_no_edge_has_no_outlook() -> None:
    assert needed(0) is None
    assert needed(-3) is None
    assert needed(0.5) is None
