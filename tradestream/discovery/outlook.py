"""How long an edge that cannot be proven yet would need, if it is real.

An honest gate cannot see a small edge in a short time. The formulas say how
much time the edge that was seen would take at 80 % power (Door A) or typically
(Door B); they were measured by simulation. A claim has 90 days; exams go on, on
longer windows with less to spend.
"""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import NormalDist

from tradestream.discovery.claims import LIFETIME
from tradestream.discovery.exam_schedule import exam_alpha, length_after
from tradestream.statistics.betting import threshold

TYPICAL_CRITICAL_T = 4.3
"""Critical value of an exam of 60 types at its first size."""

POWER_QUANTILE = 0.84
"""80 % of a normal distribution lie below."""

LONGEST = timedelta(days=3650)


def exam_length(annual_sharpe: float, critical_t: float) -> timedelta:
    """Return the window on which an exam finds such an edge 4 times of 5.

    SR ≈ (q + 0.84)·√(365 ÷ days), turned around.
    """
    days = 365 * ((critical_t + POWER_QUANTILE) / annual_sharpe) ** 2
    return min(timedelta(days=1) * min(days, 1e5), LONGEST)


def claim_length(annual_sharpe: float, evidence: float, line: float) -> timedelta:
    """Return the typical time from `evidence` to `line`: 730·ln(line/e) ÷ SR² days."""
    days = 730 * math.log(max(line / max(evidence, 1e-9), 1.0)) / annual_sharpe**2
    return min(timedelta(days=1) * min(days, 1e5), LONGEST)


def days_until_provable(
    annual_sharpe: float,
    *,
    now: datetime,
    critical_t: float | None,
    next_exam: tuple[datetime, timedelta] | None,
    claim: tuple[float, float] | None,
    next_claim: int,
    next_number: int = 1,
    claim_left: timedelta = LIFETIME,
) -> int | None:
    """Return about how many more days a real edge of this size needs.

    By its claim, if that proves it in the time it has, or by the first exam from
    the next on that is long enough, whichever is sooner.

    Args:
        annual_sharpe: Excess Sharpe ratio a year, shrunk by its error.
        now: The time of the run.
        critical_t: Critical value of the last exam; None takes a typical one.
        next_exam: End and length of the next exam's window; no exam is foreseen
            without it.
        claim: Evidence and line of the strategy's open claim, if there is one.
        next_claim: Number that the symbol's next claim would get.
        next_number: Number that the symbol's next exam gets.
        claim_left: What is left of the 90 days of the claim.

    Returns:
        Days, at least 1; None when there is no edge to speak of, or when
        neither its claim nor an exam of ten years would prove it.
    """
    if annual_sharpe <= 0:
        return None
    evidence, line = claim or (1.0, threshold(next_claim))
    waits = []
    by_claim = claim_length(annual_sharpe, evidence, line)
    if by_claim <= claim_left:
        waits.append(by_claim)
    if next_exam is not None:
        known = critical_t or TYPICAL_CRITICAL_T
        last = 1 if critical_t is None else max(next_number - 1, 1)
        for number, end, length in _exams(next_number, *next_exam, now + LONGEST):
            critical = critical_after(known, last, number)
            if exam_length(annual_sharpe, critical) <= length:
                waits.append(max(end - now, timedelta(0)))
                break
    if not waits:
        return None
    return max(math.ceil(min(waits) / timedelta(days=1)), 1)


def critical_after(critical_t: float, number: int, later: int) -> float:
    """Return about the critical value of exam `later`, from that of exam `number`.

    As if both took the best of equally many independent normal statistics: what
    one of them may err is in proportion to what the exam may spend.

    Raises:
        ValueError: If a number is below 1.
    """
    normal = NormalDist()
    share = exam_alpha(later) / exam_alpha(number)
    # The lower tail, since 1 minus the upper one has no digits left far out.
    return -normal.inv_cdf(max(normal.cdf(-critical_t) * share, 1e-300))


def _exams(
    number: int, end: datetime, length: timedelta, until: datetime
) -> Iterator[tuple[int, datetime, timedelta]]:
    """Yield number, end, and length of exams that end by `until`."""
    while end <= until:
        yield number, end, length
        length = length_after(length)
        number, end = number + 1, end + length
