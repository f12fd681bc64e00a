"""Tests of what a report says of a genome that both doors judged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tradestream.backtest.costs import Costs
from tradestream.discovery.claim_proposals import Find
from tradestream.discovery.claims import (
    Claim,
    ClaimEnd,
    ClaimState,
    close_claim,
    open_claim,
)
from tradestream.discovery.exam import ExamOutcome, ExamPassRow
from tradestream.discovery.exam_schedule import SETTLED, ExamRecord
from tradestream.discovery.life import Life, LivedExam
from tradestream.discovery.life_claims import LivedClaim
from tradestream.discovery.life_report import report_life
from tradestream.testing.markets import instrument_of, random_walk

SERIES = random_walk(1440, seed=5)
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FIND = Find("DONCHIAN_BREAKOUT", {"donchianPeriod": 20})


def exam(number: int, last_day: int) -> LivedExam:
    """Return an exam that FIND passed."""
    end = START + last_day * DAY
    passing = (ExamPassRow(FIND.strategy_name, dict(FIND.parameters), 5.0),)
    return LivedExam(
        ExamRecord(number, end - 7 * DAY, end),
        0.03,
        ExamOutcome(100, 50, 999, 4.0, 5.0, passing),
    )


def claim(born: datetime, end: ClaimEnd | None, closed_day: int = 40) -> Claim:
    """Return a claim on FIND."""
    fresh = open_claim(3, born, exposure=0.5, deviation=0.01)
    if end is None:
        return fresh
    if end is ClaimEnd.FELL_AWAY:
        fresh = replace(
            fresh,
            state=ClaimState.VALIDATED,
            proven_at=born + DAY,
            proven_evidence=700.0,
        )
    return close_claim(fresh, START + closed_day * DAY, end)


def told(lived: Claim | None, *exams: LivedExam) -> tuple[str, str | None]:
    claims = () if lived is None else (LivedClaim(FIND, 3.0, lived, ()),)
    life = Life(10, exams, claims, (), {})
    report = report_life(life, SERIES, instrument_of(SERIES), Costs())
    [result] = report["results"]
    assert result["validated"] == (result["status"] == "validated")
    return result["status"], result["door"]


PROVEN = START + 14 * DAY + SETTLED


@pytest.mark.parametrize(
    ("born", "end", "status"),
    [
        (PROVEN, ClaimEnd.HOPELESS, "retired"),
        (PROVEN - SETTLED, ClaimEnd.HOPELESS, "validated"),
        (PROVEN, ClaimEnd.EXPIRED, "validated"),
        (PROVEN, None, "validated"),
        (START, ClaimEnd.FELL_AWAY, "retired"),
    ],
)
def test_what_an_exam_proved_is_retired_as_the_scorer_does(
    born: datetime, end: ClaimEnd | None, status: str
) -> None:
    door = "B" if status == "retired" else "A"

    assert told(claim(born, end), exam(1, 14)) == (status, door)


def test_an_exam_validates_again_what_fell_before_it() -> None:
    for end in (ClaimEnd.HOPELESS, ClaimEnd.FELL_AWAY):
        fallen = claim(PROVEN, end, closed_day=40)

        assert told(fallen, exam(1, 14), exam(2, 50)) == ("validated", "A")
        assert told(fallen, exam(1, 14), exam(2, 30)) == ("retired", "B")
        assert told(fallen, exam(1, 50)) == ("validated", "A")


def test_an_exam_alone_validates() -> None:
    assert told(None, exam(1, 14)) == ("validated", "A")
