"""From what was asked for to all that belongs to it."""

from datetime import datetime

from psycopg2.extensions import cursor as Cursor

from tradestream.trace.model import Ids, Match

# A search's evaluations have its symbol and window, which an index knows.
_FOUND_BY_SEARCH = """
SELECT DISTINCT e.strategy_id FROM evaluations AS e JOIN trials AS t
    ON e.symbol = t.symbol AND e.window_start_at = t.window_start_at
    AND e.window_end_at = t.window_end_at AND e.request_id = t.request_id
WHERE t.request_id = %s
"""
_PASSED = "SELECT strategy_id FROM exam_passes WHERE request_id = %s"
_APPROVED_ON = "SELECT strategy_id FROM approval_changes WHERE request_id = %s"
# The newest entry before the signal says what it was approved on.
_BEHIND_SIGNAL = """
SELECT s.strategy_id, coalesce(c.request_id, e.request_id)
FROM trade_signals AS s
LEFT JOIN LATERAL (
    SELECT request_id FROM approval_changes
    WHERE strategy_id = s.strategy_id AND change = 'entered'
        AND changed_at <= s.emitted_at
    ORDER BY changed_at DESC LIMIT 1
) AS c ON true
LEFT JOIN approved_strategies AS a USING (strategy_id)
LEFT JOIN evaluations AS e ON e.evaluation_id = a.evaluation_id
WHERE s.signal_id = %s
"""
_BEHIND_STRATEGY = """
SELECT request_id FROM (
    SELECT request_id, created_at FROM evaluations WHERE strategy_id = %(id)s
    UNION ALL SELECT request_id, changed_at FROM approval_changes
    WHERE strategy_id = %(id)s AND request_id IS NOT NULL
) AS known ORDER BY created_at
"""
_SET = """
SELECT strategy_id FROM approval_changes
WHERE symbol = %(symbol)s AND changed_at = %(at)s
UNION SELECT strategy_id FROM sized_positions
WHERE symbol = %(symbol)s AND as_of = %(at)s
"""


def related(cursor: Cursor, match: Match) -> Ids:
    """Return the requests, strategies, and signals of a matter."""
    ids = Ids(correlations={match.identity})
    key = match.identity
    match match.kind:
        case "search" | "exam":
            ids.requests.add(key)
            for query in (_FOUND_BY_SEARCH, _PASSED, _APPROVED_ON):
                ids.strategies |= _column(cursor, query, (key,))
        case "strategy":
            ids.strategies.add(key)
            ids.requests |= _column(cursor, _BEHIND_STRATEGY, {"id": key})
        case "evaluation":
            cursor.execute(
                "SELECT strategy_id, request_id FROM evaluations"
                " WHERE evaluation_id = %s",
                (key,),
            )
            _add(cursor, ids)
        case "signal":
            ids.signals = {key}
            cursor.execute(_BEHIND_SIGNAL, (key,))
            _add(cursor, ids)
        case "set":
            symbol, _, at = key.partition(" ")
            moment = datetime.fromisoformat(at)
            ids.strategies |= _column(cursor, _SET, {"symbol": symbol, "at": moment})
            ids.signals = set()
        case _:
            ids.requests.add(key)
    return ids


def _column(cursor: Cursor, query: str, values: object) -> set[str]:
    cursor.execute(query, values)  # type: ignore[arg-type]
    return {value for (value,) in cursor.fetchall()}


def _add(cursor: Cursor, ids: Ids) -> None:
    for strategy, request in cursor.fetchall():
        ids.strategies.add(strategy)
        if request is not None:
            ids.requests.add(request)
