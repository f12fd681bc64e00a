"""Tests of how long an edge needs to be proven; figures measured by simulation."""

from datetime import UTC, datetime, timedelta

import pytest

from tradestream.discovery.outlook import (
    critical_after,
    days_until_provable,
    exam_length,
)
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


@pytest.mark.parametrize(("sharpe", "days"), [(20, 14), (10, 54), (8, 84)])
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


def test_a_claim_proves_nothing_after_its_ninety_days() -> None:
    line = threshold(5)

    assert needed(7) is None
    assert needed(10, claim_left=timedelta(days=50)) is None
    assert needed(10, claim_left=timedelta(days=60)) == needed(10)
    assert needed(7, claim=(line / 2, line), claim_left=timedelta(days=11)) == 11


def test_a_longer_exam_finds_what_no_claim_proves_in_time() -> None:
    fortnight = (NOW + timedelta(days=3), timedelta(days=14))

    def late(sharpe: float) -> int | None:
        return needed(sharpe, next_exam=fortnight, claim_left=timedelta(days=1))

    # Windows of 14, 28, 56, and 84 days follow each other.
    assert late(30) == 3
    assert late(20) == 3 + 28
    assert late(15) == 3 + 28 + 56
    assert late(12) == 3 + 28 + 56 + 84


def test_later_exams_are_harder_and_no_longer() -> None:
    fortnight = (NOW + timedelta(days=3), timedelta(days=14))

    assert needed(7, next_exam=fortnight) is None
    early, late = (
        needed(
            12.5,
            critical_t=None,
            next_exam=fortnight,
            next_number=number,
            claim_left=timedelta(0),
        )
        for number in (1, 40)
    )
    assert early == 3 + 28 + 56 + 84
    assert late is None


def test_the_line_rises_from_exam_to_exam() -> None:
    lines = [critical_after(4.3, 1, number) for number in (1, 2, 5, 40)]

    assert lines[0] == pytest.approx(4.3)
    assert lines == sorted(lines)
    assert critical_after(lines[2], 5, 40) == pytest.approx(lines[3])
    assert lines[3] < 6.5


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
