"""How long an edge that cannot be proven yet would need, if it is real.

An honest gate cannot see a small edge in a short time. The formulas say how
much time the edge that was seen would take at 80 % power (Door A) or typically
(Door B); they were measured by simulation.
"""

import math
from datetime import datetime, timedelta

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
) -> int | None:
    """Return about how many more days a real edge of this size needs.

    Args:
        annual_sharpe: Excess Sharpe ratio a year, shrunk by its error.
        now: The time of the run.
        critical_t: Critical value of the last exam; None takes a typical one.
        next_exam: End and length of the next exam's window, if one is foreseen.
        claim: Evidence and line of the strategy's open claim, if there is one.
        next_claim: Number that the symbol's next claim would get.

    Returns:
        Days, at least 1; None when there is no edge to speak of, or when it
        would take more than ten years.
    """
    if annual_sharpe <= 0:
        return None
    evidence, line = claim or (1.0, threshold(next_claim))
    wait = claim_length(annual_sharpe, evidence, line)
    if next_exam is not None:
        end, length = next_exam
        needed = exam_length(annual_sharpe, critical_t or TYPICAL_CRITICAL_T)
        if needed <= length:
            wait = min(wait, max(end - now, timedelta(0)))
    if wait >= LONGEST:
        return None
    return max(math.ceil(wait / timedelta(days=1)), 1)
