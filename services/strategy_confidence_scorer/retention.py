"""Forgetting what nothing refers to, so that the records stay bounded.

Searches find far more than ever matters. An evaluation is kept as long as it is
young, or what an exam, an approval, or the best or latest row of a kept
strategy refers to; a strategy as long as it was found lately, or was ever
claimed, proven, approved, or gave evidence. The ledger of trials is kept whole.
"""

from datetime import datetime

from psycopg2.extensions import connection as Connection

from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint

AT_ONCE = 5_000
"""So many strategies, and so many evaluations, in one transaction."""

# The consumer must not store an evaluation of a strategy that is being deleted.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('strategy_consumer'))"
_OLD_STRATEGIES = """
CREATE TEMPORARY TABLE forgotten ON COMMIT DROP AS
SELECT s.strategy_id FROM evaluations e JOIN strategies s
    ON s.strategy_id = e.strategy_id AND s.latest_evaluation_id = e.evaluation_id
WHERE e.symbol = %(symbol)s AND e.created_at < %(before)s AND s.status = 'candidate'
AND NOT EXISTS (SELECT FROM evaluations y
    WHERE y.strategy_id = s.strategy_id AND y.created_at >= %(before)s)
AND NOT EXISTS (SELECT FROM claims c WHERE c.strategy_id = s.strategy_id)
AND NOT EXISTS (SELECT FROM exam_passes p WHERE p.strategy_id = s.strategy_id)
AND NOT EXISTS (SELECT FROM status_changes c WHERE c.strategy_id = s.strategy_id)
AND NOT EXISTS (SELECT FROM approval_changes a WHERE a.strategy_id = s.strategy_id)
AND NOT EXISTS (SELECT FROM strategy_robustness r WHERE r.strategy_id = s.strategy_id)
ORDER BY e.created_at LIMIT %(most)s
"""
_FORGET = (  # first what refers to the others
    "DELETE FROM strategy_scores WHERE strategy_id IN (SELECT * FROM forgotten)",
    "DELETE FROM evaluations WHERE strategy_id IN (SELECT * FROM forgotten)",
    "DELETE FROM strategies WHERE strategy_id IN (SELECT * FROM forgotten)",
)
_FORGET_EVALUATIONS = """
DELETE FROM evaluations WHERE evaluation_id IN (
    SELECT e.evaluation_id FROM evaluations e JOIN strategies s USING (strategy_id)
    WHERE e.symbol = %(symbol)s AND e.created_at < %(before)s
    AND e.evaluation_id IS DISTINCT FROM s.best_evaluation_id
    AND e.evaluation_id IS DISTINCT FROM s.latest_evaluation_id
    AND NOT EXISTS (SELECT FROM exam_passes p
        WHERE p.evaluation_id = e.evaluation_id)
    AND NOT EXISTS (SELECT FROM approved_strategies a
        WHERE a.evaluation_id = e.evaluation_id)
    LIMIT %(most)s
)
"""


def forget(connection: Connection, symbol: str, before: datetime) -> int:
    """Delete what is older than `before` and matters no more, some at a time.

    To be called by one scorer at a time. Running again goes on.

    Returns:
        How many evaluations were deleted.
    """
    terms = {"symbol": symbol, "before": before, "most": AT_ONCE}
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM evaluations"
            " WHERE symbol = %(symbol)s AND created_at < %(before)s)",
            terms,
        )
        row = cursor.fetchone()
    gone = 0
    if row and row[0]:
        with transaction(connection) as cursor:
            cursor.execute(_LOCK)
            cursor.execute(_OLD_STRATEGIES, terms)
            for statement in _FORGET:
                cursor.execute(statement)
                gone += cursor.rowcount if "FROM evaluations" in statement else 0
            cursor.execute(_FORGET_EVALUATIONS, terms)
            gone += cursor.rowcount
    failpoint("strategy_confidence_scorer.evaluations_forgotten")
    return gone
