"""Steps that rows of the database tell."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from psycopg2.extensions import cursor as Cursor

from tradestream.trace.model import Detail, Ids, Step

NEWEST = 20
"""Rows of one kind and one strategy that are shown, the newest."""

# Each: table, then a query whose columns are `what`, `at`, `identity`, details.
_OF_REQUESTS = (
    ("trials", """
SELECT 'trials stored' AS what, created_at AS at, request_id AS identity,
    symbol, strategy_name, window_start_at, window_end_at, trials, certificate,
    results, code_version
FROM trials WHERE request_id = ANY(%(requests)s)"""),
    ("exams", """
SELECT 'exam asked' AS what, requested_at AS at, request_id AS identity, symbol,
    exam_number, window_start_at, window_end_at, alpha, seed,
    array_to_string(members, ' ') AS members
FROM exams WHERE request_id = ANY(%(requests)s)"""),
    ("outbox", """
SELECT 'asked' AS what, published_at AS at, headers ->> 'request_id' AS identity,
    topic FROM outbox WHERE room = 'strategy_confidence_scorer'
    AND headers ->> 'request_id' = ANY(%(requests)s)"""),
    ("exams", """
SELECT 'exam answered' AS what, answered_at AS at, request_id AS identity, genomes,
    eligible, critical_value, best_t, code_version
FROM exams WHERE request_id = ANY(%(requests)s) AND answered_at IS NOT NULL"""),
    ("exams", """
SELECT 'exam settled' AS what, settled_at AS at, request_id AS identity, stale
FROM exams WHERE request_id = ANY(%(requests)s) AND settled_at IS NOT NULL"""),
)  # fmt: skip
_OF_STRATEGY = (
    ("evaluations", """
SELECT 'found' AS what, e.created_at AS at, e.strategy_id AS identity, strategy_name,
    e.symbol, e.request_id, e.evaluation_id, e.score, window_start_at, window_end_at,
    seed, stale
FROM evaluations AS e JOIN strategies USING (strategy_id)
WHERE e.strategy_id = %(strategy)s AND (%(every)s OR e.request_id = ANY(%(requests)s))
"""),
    ("exam_passes", """
SELECT 'exam passed' AS what, coalesce(answered_at, requested_at) AS at,
    p.strategy_id AS identity, p.request_id, symbol, exam_number, t, critical_value
FROM exam_passes AS p JOIN exams USING (request_id)
WHERE p.strategy_id = %(strategy)s"""),
    ("claims", """
SELECT 'claim opened' AS what, born_at AS at, strategy_id AS identity, symbol,
    claim_number, training_t, evidence, state
FROM claims WHERE strategy_id = %(strategy)s"""),
    ("claims", """
SELECT 'claim proven' AS what, proven_at AS at, strategy_id AS identity, symbol,
    claim_number, proven_evidence AS evidence
FROM claims WHERE strategy_id = %(strategy)s AND proven_at IS NOT NULL"""),
    ("claims", """
SELECT 'claim closed' AS what, closed_at AS at, strategy_id AS identity, symbol,
    claim_number, closed_reason AS reason
FROM claims WHERE strategy_id = %(strategy)s AND closed_at IS NOT NULL"""),
    ("status_changes", """
SELECT 'status' AS what, changed_at AS at, strategy_id AS identity,
    coalesce(from_status, '') || ' → ' || to_status AS change, door, reason
FROM status_changes WHERE strategy_id = %(strategy)s"""),
    ("strategy_scores", """
SELECT 'scored' AS what, scored_at AS at, strategy_id AS identity, score,
    performance, frequency, recency
FROM strategy_scores WHERE strategy_id = %(strategy)s"""),
    ("approval_changes", """
SELECT CASE change WHEN 'entered' THEN 'approved' ELSE 'left the set' END AS what,
    changed_at AS at, strategy_id AS identity, symbol, reason, evaluation_id,
    request_id
FROM approval_changes WHERE strategy_id = %(strategy)s"""),
    ("sized_positions", """
SELECT 'sized' AS what, as_of AS at, strategy_id AS identity, symbol, size,
    risk_distance, binding_limit
FROM sized_positions WHERE strategy_id = %(strategy)s"""),
    ("trade_signals", """
SELECT 'signal' AS what, emitted_at AS at, strategy_id AS identity, signal_id,
    action, symbol, bar_open_at, reference_price, size, replayed
FROM trade_signals WHERE strategy_id = %(strategy)s
    AND (%(signals)s IS NULL OR signal_id = ANY(%(signals)s))"""),
)  # fmt: skip


def row_steps(cursor: Cursor, ids: Ids, *, every: bool) -> tuple[list[Step], list[str]]:
    """Return the steps that rows tell, and notes on what is left out.

    Args:
        cursor: Of the database of records.
        ids: What belongs to the matter.
        every: All evaluations of the strategies, not only those of the requests.
    """
    steps: list[Step] = []
    notes: list[str] = []
    requests = sorted(ids.requests)
    for table, query in _OF_REQUESTS:
        steps += _steps(cursor, table, query, {"requests": requests})
    signals = None if ids.signals is None else sorted(ids.signals)
    for strategy in sorted(ids.strategies):
        values = {
            "strategy": strategy, "requests": requests, "every": every,
            "signals": signals,
        }  # fmt: skip
        for table, query in _OF_STRATEGY:
            newest = f"{query} ORDER BY at DESC LIMIT {NEWEST + 1}"
            found = _steps(cursor, table, newest, values)
            if len(found) > NEWEST:
                notes.append(f"{table} of {strategy[:12]}: the newest {NEWEST}")
            steps += found[:NEWEST]
    return steps, notes


def _steps(
    cursor: Cursor, table: str, query: str, values: Mapping[str, object]
) -> list[Step]:
    cursor.execute(query, values)
    columns = [column.name for column in cursor.description or ()]
    return [_step(table, columns, row) for row in cursor.fetchall()]


def _step(table: str, columns: Sequence[str], row: Sequence[Any]) -> Step:
    what, at, identity, *_ = row
    return Step(what, at, table, identity, dict(_details(columns[3:], row[3:])))


def _details(
    columns: Sequence[str], values: Sequence[Any]
) -> Iterator[tuple[str, Detail]]:
    for name, value in zip(columns, values, strict=True):
        if value is None or value == "":
            continue
        if isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, Decimal):
            value = int(value) if value == value.to_integral_value() else str(value)
        yield name, value
