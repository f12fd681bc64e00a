"""Reading from Postgres how the gate did and what its doors have spent."""

from dataclasses import dataclass

from psycopg2.extensions import connection as Connection

from tradestream.discovery.paper_scores import (
    PaperRecord,
    VerdictScore,
    score_verdicts,
)
from tradestream.postgres import transaction
from tradestream.statistics.betting import threshold

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


def read_scores(connection: Connection) -> list[VerdictScore]:
    """Return what the scorer stored about its verdicts, by verdict."""
    with transaction(connection) as cursor:
        cursor.execute(_PAPER)
        return score_verdicts([PaperRecord(*row) for row in cursor.fetchall()])


def read_doors(connection: Connection) -> list[Doors]:
    """Return what every symbol and group has spent at the doors."""
    with transaction(connection) as cursor:
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
