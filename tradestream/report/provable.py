"""How far the evidence is from the line it must cross, and how long that may take.

A t statistic of hourly excess returns grows with the square root of time. So an
edge of the size seen, if it is real, crosses the critical value with 80 % power
after T·((critical + 0.84) ÷ t)² days, where t was seen in T days. Pure.
"""

import math
from statistics import NormalDist

from tradestream.report.model import Exam

POWER_QUANTILE = 0.8416
"""Quantile of the normal distribution at 80 %."""

DOOR_B_ALPHA = 0.025
"""Share of false discoveries spent by all claims of one symbol together."""

LONGEST_DAYS = 365
"""Beyond this many further days, a number would promise too much."""


def claim_threshold(number: int) -> float:
    """Return the evidence that claim `number` (k = 1, 2, …) must reach: 65.8·k².

    2.5 % are spent over all k as 6/(π²k²); Ville's inequality does the rest.
    """
    return math.pi**2 * number**2 / (6 * DOOR_B_ALPHA)


def days_until_provable(days: float, best_t: float, critical: float) -> int | None:
    """Return how many more days an edge of this size would need, None if too many.

    Args:
        days: Length of the window in which `best_t` was seen.
        best_t: Largest t statistic of the exam.
        critical: Value that it had to reach.
    """
    if best_t <= 0:
        return None
    needed = days * ((critical + POWER_QUANTILE) / best_t) ** 2
    more = math.ceil(needed - days)
    return max(more, 1) if more <= LONGEST_DAYS else None


def line_of_exam(exam: Exam) -> float | None:
    """Return the t that an exam asked for, None when it is not known.

    An exam is stopped as not passed once chance alone matched its best t twenty
    times, before its critical value is drawn. Then the line is worked out from how
    soon that was: the share p of resamples that matched gives the number of
    independent tests M that the designs amount to, 1 − (1 − q)^M = p with
    q = 1 − Φ(t), and M gives the t whose share would be α.
    """
    if exam.critical_value is not None:
        return exam.critical_value
    if not exam.best_t or exam.best_t <= 0 or not exam.resamples:
        return None
    normal = NormalDist()
    matched = min(20 / exam.resamples, 0.99)
    single = 1 - normal.cdf(exam.best_t)
    if not 0 < single < 1:
        return None
    tests = max(math.log1p(-matched) / math.log1p(-single), 1)
    return normal.inv_cdf((1 - exam.alpha) ** (1 / tests))
