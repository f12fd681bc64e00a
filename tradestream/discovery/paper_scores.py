"""The gate's own score: how strategies did on paper after its verdicts.

If the gate is right, what it validated goes on earning more than the market at
the same exposure, and what it refused does not.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradestream.statistics.betting import threshold

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

VERDICTS = ("validated", "unproven", "refused")
HOURS_A_YEAR = 8_760
LEAST_HOURS = 24
"""Fewer say nothing about a Sharpe ratio."""

LEAST_SYMBOLS = 3
"""So many give a spread between symbols; with fewer the error is the formula's."""

_PAPER = """
SELECT verdict, symbol, hours, excess_sum, excess_square_sum, raw_return
FROM paper_records WHERE hours > 0 ORDER BY verdict, symbol, strategy_id, since_at
"""
_DOORS = """
SELECT symbol, max(exams), max(spent), max(claims), max(budget), max(open), max(proven)
FROM (
    SELECT symbol, count(*) AS exams, sum(alpha) AS spent, 0 AS claims,
        NULL::double precision AS budget, 0 AS open, 0 AS proven
    FROM exams GROUP BY symbol
    UNION ALL
    SELECT symbol, 0, 0, count(*), min(budget), count(*) FILTER (WHERE state = 'open'),
        count(proven_at)
    FROM claims GROUP BY symbol
) AS both_doors
GROUP BY symbol ORDER BY symbol
"""


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A strategy after one verdict.

    Attributes:
        verdict: `unproven` (claimed), `refused`, or `validated`.
        symbol: Its market.
        hours: Hours since the verdict.
        excess_sum: Σ of the hourly excess over exposure × market.
        excess_square_sum: Σ of its squares.
        raw_return: Σ of the hourly net returns.
    """

    verdict: str
    symbol: str
    hours: int
    excess_sum: float
    excess_square_sum: float
    raw_return: float

    @property
    def sharpe(self) -> float | None:
        """Annual Sharpe ratio of the excess; None where nothing can be said."""
        if self.hours < LEAST_HOURS:
            return None
        mean = self.excess_sum / self.hours
        variance = self.excess_square_sum / self.hours - mean * mean
        if variance <= 1e-18:
            return None
        return mean / math.sqrt(variance) * math.sqrt(HOURS_A_YEAR)


@dataclass(frozen=True, slots=True)
class VerdictScore:
    """How all strategies did after one kind of verdict.

    Attributes:
        verdict: Which.
        strategies: How many records there are.
        symbols: On how many symbols.
        hours: Hours of all of them together.
        excess_bps: Mean excess an hour in basis points; None without an hour.
        gained: Share of records whose excess is above 0.
        sharpe: Mean annual Sharpe ratio of the excess, symbols weighing alike.
        low: Lower end of its 95 % interval.
        high: Upper end.
    """

    verdict: str
    strategies: int
    symbols: int
    hours: int
    excess_bps: float | None
    gained: float | None
    sharpe: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Doors:
    """What was spent at both doors.

    Attributes:
        subject: A symbol, or a group of them.
        exams: Exams asked for; the number k of the last.
        spent: Σ α of them.
        claims: Claims made; the number k of the last.
        open: Claims that are open.
        proven: Claims that were proven.
        next_line: Evidence that the next claim would need; None for a group.
    """

    subject: str
    exams: int
    spent: float
    claims: int
    open: int
    proven: int
    next_line: float | None


def score_verdicts(records: Sequence[PaperRecord]) -> list[VerdictScore]:
    """Return one score a verdict, also of those that nobody got."""
    return [
        _score(verdict, [record for record in records if record.verdict == verdict])
        for verdict in VERDICTS
    ]


def _score(verdict: str, records: Sequence[PaperRecord]) -> VerdictScore:
    symbols = {record.symbol for record in records}
    hours = sum(record.hours for record in records)
    if not hours:
        return VerdictScore(
            verdict, len(records), len(symbols), 0, None, None, None, None, None
        )
    excess = sum(record.excess_sum for record in records) / hours
    gained = sum(record.excess_sum > 0 for record in records) / len(records)
    means = _by_symbol(records)
    low = sharpe = high = None
    if means:
        sharpe = math.fsum(means) / len(means)
        error = _error(means, sharpe, hours)
        low, high = sharpe - 1.96 * error, sharpe + 1.96 * error
    return VerdictScore(
        verdict, len(records), len(symbols), hours, excess * 1e4, gained, sharpe,
        low, high,
    )  # fmt: skip


def _by_symbol(records: Sequence[PaperRecord]) -> list[float]:
    """Return the mean Sharpe ratio of each symbol's strategies, which move alike."""
    found: dict[str, list[float]] = {}
    for record in records:
        if record.sharpe is not None:
            found.setdefault(record.symbol, []).append(record.sharpe)
    return [math.fsum(own) / len(own) for _, own in sorted(found.items())]


def _error(means: Sequence[float], mean: float, hours: int) -> float:
    if len(means) < LEAST_SYMBOLS:
        return math.sqrt(HOURS_A_YEAR / hours)
    variance = math.fsum((one - mean) ** 2 for one in means) / (len(means) - 1)
    return math.sqrt(variance / len(means))


def read_scores(connection: "Connection") -> list[VerdictScore]:
    """Return what the scorer stored about its verdicts, by verdict."""
    with connection, connection.cursor() as cursor:
        cursor.execute(_PAPER)
        return score_verdicts([PaperRecord(*row) for row in cursor.fetchall()])


def read_doors(connection: "Connection") -> list[Doors]:
    """Return what every symbol and group has spent at the doors."""
    with connection, connection.cursor() as cursor:
        cursor.execute(_DOORS)
        rows = cursor.fetchall()
    return [
        Doors(
            subject,
            exams,
            float(spent),
            claims,
            opened,
            proven,
            None if budget is None else threshold(claims + 1, budget=budget),
        )
        for subject, exams, spent, claims, budget, opened, proven in rows
    ]
