"""What scores are computed from."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg2.extensions import cursor as Cursor

from services.strategy_confidence_scorer.settings import INTERVAL
from tradestream.discovery.exam_schedule import whole_hour_before
from tradestream.statistics.betting import threshold
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.identity import strategy_id

MOST_CANDIDATES = 500
"""Candidates of a symbol that are scored: the best by what the search maximized."""

REMEMBERED = timedelta(days=90)
"""Older windows do not count."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A strategy to be scored.

    Attributes:
        strategy_id: Which strategy.
        strategy_name: Its type.
        parameters: Typed values by name.
        status: Its status.
        evaluations: Ids of its best and its latest evaluation.
        claim: Number, evidence, and line of its open claim, if it has one.
    """

    strategy_id: str
    strategy_name: str
    parameters: Mapping[str, int | float]
    status: str
    evaluations: tuple[str, str]
    claim: tuple[int, float, float] | None


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A window [start, end) in which a strategy was found, and how good it was."""

    start: datetime
    end: datetime
    excess_sharpe: float | None


def inputs_digest(cursor: Cursor, symbol: str, now: datetime) -> str:
    """Return what scores of `symbol` would be computed from, in short."""
    hour = whole_hour_before(now)
    cursor.execute(
        "SELECT (SELECT count(*) FROM trials WHERE symbol = %(s)s"
        "   AND window_end_at > %(old)s),"
        " (SELECT count(settled_at) || '/' || count(*) FILTER (WHERE stale)"
        "   FROM exams WHERE symbol = %(s)s),"
        " (SELECT count(*) || '/' || count(*) FILTER (WHERE state = 'open') || '/' ||"
        "   count(proven_at) || '/' || coalesce(extract(epoch FROM"
        "   max(folded_until))::bigint, 0) FROM claims WHERE symbol = %(s)s),"
        " (SELECT count(*) FROM evaluations WHERE symbol = %(s)s AND stale)",
        {"s": symbol, "old": hour - REMEMBERED},
    )
    row = cursor.fetchone()
    return "|".join(str(part) for part in (hour.isoformat(), *(row or ())))


def read_subjects(cursor: Cursor, symbol: str) -> list[Subject]:
    """Return the strategies of `symbol` to be scored, by id."""
    cursor.execute(
        "WITH candidates AS ("
        " SELECT s.strategy_id FROM strategies s"
        " WHERE s.symbol = %(s)s AND s.interval = %(i)s AND s.status = 'candidate'"
        " ORDER BY s.best_score DESC NULLS LAST, s.strategy_id LIMIT %(most)s)"
        " SELECT s.strategy_id, s.strategy_name, s.parameters, s.status,"
        "  s.best_evaluation_id, s.latest_evaluation_id,"
        "  c.claim_number, c.evidence, c.budget"
        " FROM strategies s LEFT JOIN LATERAL ("
        "  SELECT claim_number, evidence, budget FROM claims"
        "  WHERE claims.strategy_id = s.strategy_id AND state <> 'closed'"
        "  ORDER BY claim_number DESC LIMIT 1) c ON true"
        " WHERE s.symbol = %(s)s AND s.interval = %(i)s"
        " AND (s.status IN ('validated', 'probation')"
        "  OR s.strategy_id IN (SELECT strategy_id FROM candidates))"
        " ORDER BY s.strategy_id",
        {"s": symbol, "i": INTERVAL, "most": MOST_CANDIDATES},
    )
    return [
        Subject(
            strategy_id=row[0],
            strategy_name=row[1],
            parameters=row[2],
            status=row[3],
            evaluations=(row[4], row[5]),
            claim=(
                None
                if row[6] is None
                else (row[6], row[7], threshold(row[6], budget=row[8]))
            ),
        )
        for row in cursor.fetchall()
    ]


def read_windows(
    cursor: Cursor, subjects: Sequence[Subject], ids: Iterable[str], now: datetime
) -> dict[str, list[Evaluated]]:
    """Return the windows of some strategies that are not stale, by strategy.

    Windows of the last 90 days, and of the subjects the best and latest ever.
    """
    kept = [e for subject in subjects for e in subject.evaluations if e is not None]
    cursor.execute(
        "SELECT strategy_id, window_start_at, window_end_at,"
        " (metrics ->> 'excess_sharpe')::double precision"
        " FROM evaluations WHERE strategy_id = ANY(%s) AND NOT stale"
        " AND (window_end_at > %s OR evaluation_id = ANY(%s))"
        " ORDER BY strategy_id, window_end_at, window_start_at",
        (sorted(set(ids)), whole_hour_before(now) - REMEMBERED, kept),
    )
    windows: dict[str, list[Evaluated]] = {}
    for key, start, end, excess_sharpe in cursor.fetchall():
        windows.setdefault(key, []).append(Evaluated(start, end, excess_sharpe))
    return windows


def neighbours(subject: Subject, symbol: str) -> Iterator[str]:
    """Yield the ids of the genomes one step away in one gene.

    Args:
        subject: A strategy that the catalogue has.
        symbol: Its market.
    """
    kind = CATALOGUE[subject.strategy_name]
    for parameter in kind.parameters:
        place = parameter.index(subject.parameters[parameter.name])
        for step in (-1, 1):
            moved = {
                **subject.parameters,
                parameter.name: parameter.value(place + step),
            }
            try:
                parameters = kind.check(moved)
            except ValueError:
                continue  # beyond the edge of the space
            yield strategy_id(kind.name, parameters, symbol, INTERVAL)
