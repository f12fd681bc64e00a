"""How much a strategy is trusted, from 0 to 1, and why.

Three parts, each from 0 to 1: performance (evidence, not return), frequency
(found again where bars were new), and recency. Pure.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PRIOR_SHARPE = 5.0
"""Annual Sharpe ratios of real edges are mostly of this size or smaller."""

HALF_LIFE = timedelta(days=14)
HALF_WAY_SPANS = 2.0
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each part counts; at least one above 0.

    Attributes:
        performance: Weight of the evidence.
        frequency: Weight of rediscovery.
        recency: Weight of freshness.
    """

    performance: float = 0.6
    frequency: float = 0.25
    recency: float = 0.15

    def __post_init__(self) -> None:
        given = (self.performance, self.frequency, self.recency)
        if not all(math.isfinite(w) and w >= 0 for w in given) or sum(given) <= 0:
            raise ValueError(
                f"weights of at least 0, one above 0, are required, was {given}"
            )


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of a strategy.

    Attributes:
        excess_sharpe: Annual Sharpe ratio of the return in excess of exposure
            times market, in the longest window known; None when undefined.
        observed: Length of that window.
        progress: How far the evidence is towards its line, 0 to 1; 1 when
            validated, 0 without any.
        spans: Windows [start, end) in which it or a neighbour was found.
        newest_end: End of the newest of its own windows.
    """

    excess_sharpe: float | None
    observed: timedelta
    progress: float
    spans: Sequence[tuple[datetime, datetime]]
    newest_end: datetime


@dataclass(frozen=True, slots=True)
class Confidence:
    """A score and its parts, each from 0 to 1.

    Attributes:
        score: Weighted mean of the parts.
        performance: Half shrunk Sharpe ratio, half evidence.
        frequency: From the number of separate spans.
        recency: Halves every 14 days.
        shrunk_sharpe: Annual excess Sharpe ratio after shrinking by its error.
        separate_spans: How many spans without overlap found it.
        age_days: Days since the end of its newest window.
    """

    score: float
    performance: float
    frequency: float
    recency: float
    shrunk_sharpe: float
    separate_spans: int
    age_days: float


def confidence(record: Record, weights: Weights, *, now: datetime) -> Confidence:
    """Return the score of a strategy and the parts that explain it.

    Args:
        record: What is known of it.
        weights: How much each part counts.
        now: The time of the run.
    """
    shrunk = shrunk_sharpe(record.excess_sharpe, record.observed)
    spans = separate_spans(record.spans)
    age = max((now - record.newest_end) / timedelta(days=1), 0.0)
    strength = max(shrunk, 0.0) / (max(shrunk, 0.0) + PRIOR_SHARPE)
    performance = (strength + min(max(record.progress, 0.0), 1.0)) / 2
    # One find is no rediscovery.
    again = max(spans - 1, 0)
    frequency = again / (again + HALF_WAY_SPANS)
    recency = 0.5 ** (age / (HALF_LIFE / timedelta(days=1)))
    total = weights.performance + weights.frequency + weights.recency
    score = (
        weights.performance * performance
        + weights.frequency * frequency
        + weights.recency * recency
    ) / total
    return Confidence(score, performance, frequency, recency, shrunk, spans, age)


def shrunk_sharpe(annual_sharpe: float | None, observed: timedelta) -> float:
    """Return an annual Sharpe ratio pulled to 0 by its standard error.

    The error over `observed` is √(1 year ÷ observed), whatever the bars; with a
    normal prior of deviation 5 the estimate keeps 25 ÷ (25 + error²) of itself.
    """
    if annual_sharpe is None or observed <= timedelta(0):
        return 0.0
    squared_error = YEAR / observed
    return annual_sharpe * PRIOR_SHARPE**2 / (PRIOR_SHARPE**2 + squared_error)


def separate_spans(spans: Iterable[tuple[datetime, datetime]]) -> int:
    """Return the largest number of spans [start, end) without an overlap."""
    count = 0
    free: datetime | None = None
    for start, end in sorted(spans, key=lambda span: span[1]):
        if free is None or start >= free:
            count += 1
            free = end
    return count


def evidence_progress(evidence: float, threshold: float) -> float:
    """Return how far an e-value is towards its line, 0 to 1, in logarithms."""
    if evidence <= 1:
        return 0.0
    return min(math.log(evidence) / math.log(threshold), 1.0)
