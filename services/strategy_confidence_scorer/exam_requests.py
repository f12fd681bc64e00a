"""Publishing the request of an exam, and again when nobody answers it."""

from datetime import datetime, timedelta

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from protos.discovery.v1.request_pb2 import HistoryExamRequest
from services.strategy_confidence_scorer.settings import ROOM
from tradestream import outbox
from tradestream.bus.codec import encode
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint
from tradestream.runtime.logs import get_logger

# A request that waits in the outbox, or left it a short while ago, is on its way.
_LOST = """
SELECT e.request, e.exam_number, e.requested_at FROM exams AS e
WHERE e.symbol = %(symbol)s AND e.answered_at IS NULL AND NOT e.stale
AND e.request IS NOT NULL AND e.requested_at <= %(before)s
AND NOT EXISTS (
    SELECT FROM outbox AS o
    WHERE o.room = %(room)s AND o.headers ->> 'request_id' = e.request_id
    AND (o.published_at IS NULL OR o.published_at > %(before)s)
)
ORDER BY e.exam_number
"""


def send(cursor: Cursor, request: HistoryExamRequest, now: datetime) -> None:
    """Put a request into the outbox, within the caller's transaction."""
    message = encode(
        request,
        key=request.symbol or request.group,
        request_id=request.request_id,
        correlation_id=request.request_id,
    )
    outbox.add(cursor, ROOM, DISCOVERY_REQUESTS, [message], now)


def ask_again(
    connection: Connection, symbol: str, after: timedelta, now: datetime
) -> int:
    """Send the requests of `symbol` again that were published and not answered.

    The request or its answer may be lost or among the dead letters. It is the
    same exam with the same number; of two answers the first one counts. What
    notes that it was asked again is the message in the outbox itself, so a run
    that is killed asks once. To be called by one scorer at a time.

    Args:
        connection: PostgreSQL.
        symbol: Whose exams.
        after: How long an answer may take, counted from the last publication.
        now: The time of the run.

    Returns:
        How many exams were asked for again.
    """
    with transaction(connection) as cursor:
        cursor.execute(_LOST, {"symbol": symbol, "room": ROOM, "before": now - after})
        lost = cursor.fetchall()
        for value, _, _ in lost:
            send(cursor, HistoryExamRequest.FromString(bytes(value)), now)
    for value, number, requested_at in lost:
        request = HistoryExamRequest.FromString(bytes(value))
        get_logger(ROOM).warning(
            "exam without an answer is asked for again",
            symbol=symbol,
            correlation_id=request.request_id,
            exam_number=number,
            requested_at=requested_at.isoformat(),
        )
        failpoint("strategy_confidence_scorer.exam_asked_again")
    return len(lost)
