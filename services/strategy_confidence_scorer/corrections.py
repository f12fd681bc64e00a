"""What was judged on a candle that a venue corrected is stale.

The store says which candles changed; the fingerprint of the bars says whether
what was judged on them saw the old numbers.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from services.strategy_confidence_scorer.claim_rows import standing_claims
from services.strategy_confidence_scorer.probation import close_stale, intact
from services.strategy_confidence_scorer.progress import (
    note_corrections_checked,
    read_progress,
)
from services.strategy_confidence_scorer.statuses import change_status
from tradestream.candle_store.port import CandleStore
from tradestream.candles import MINUTE_SECONDS, CandleSeries
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint

_EPOCH = datetime.fromtimestamp(0, UTC)
COMMITTED_WITHIN = timedelta(minutes=10)
"""A correction bears the start of the run that wrote it and shows when that run
commits: longer than the deadline of any such run, so that none stays unseen."""


def mark_stale(
    connection: Connection, store: CandleStore, symbol: str, now: datetime
) -> int:
    """Mark what was judged on candles that were corrected since the last run.

    A correction may be looked at twice; what it makes stale is marked once.

    Returns:
        How many evaluations, exams, and claims became stale.
    """
    with transaction(connection) as cursor:
        since = read_progress(cursor, symbol).corrections_checked_at or _EPOCH
    corrected = store.corrected_since(symbol, since - COMMITTED_WITHIN)
    stale = 0
    if corrected:
        stale += _stale_evaluations(connection, store, symbol, corrected)
        stale += _stale_exams(connection, store, symbol, corrected, now)
        stale += _stale_claims(connection, store, symbol, corrected, now)
    failpoint("strategy_confidence_scorer.stale_marked")
    with transaction(connection) as cursor:
        note_corrections_checked(cursor, symbol, now)
    return stale


def _touched(corrected: Sequence[datetime], start: datetime, end: datetime) -> bool:
    at = bisect_left(corrected, start)
    return at < len(corrected) and corrected[at] < end


def _differs(
    store: CandleStore, symbol: str, start: datetime, end: datetime, fingerprint: str
) -> bool:
    series = store.read(symbol, MINUTE_SECONDS, start, end)
    return series.fingerprint() != fingerprint


def _stale_evaluations(
    connection: Connection,
    store: CandleStore,
    symbol: str,
    corrected: Sequence[datetime],
) -> int:
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT DISTINCT window_start_at, window_end_at, data_fingerprint"
            " FROM evaluations WHERE symbol = %s AND NOT stale"
            " AND window_start_at <= %s AND window_end_at > %s ORDER BY 1, 2, 3",
            (symbol, max(corrected), min(corrected)),
        )
        windows = [row for row in cursor.fetchall() if _touched(corrected, *row[:2])]
    if not windows:
        return 0
    first, last = min(w[0] for w in windows), max(w[1] for w in windows)
    series: CandleSeries = store.read(symbol, MINUTE_SECONDS, first, last)
    stale = 0
    for start, end, fingerprint in windows:
        if series.between(start, end).fingerprint() == fingerprint:
            continue
        with transaction(connection) as cursor:
            cursor.execute(
                "UPDATE evaluations SET stale = true WHERE symbol = %s"
                " AND window_start_at = %s AND window_end_at = %s"
                " AND data_fingerprint = %s AND NOT stale",
                (symbol, start, end, fingerprint),
            )
            stale += cursor.rowcount
    return stale


def _stale_exams(
    connection: Connection,
    store: CandleStore,
    symbol: str,
    corrected: Sequence[datetime],
    now: datetime,
) -> int:
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT request_id, exam_number, window_start_at, window_end_at,"
            " data_fingerprint FROM exams WHERE symbol = %s AND NOT stale"
            " AND settled_at IS NOT NULL AND data_fingerprint IS NOT NULL"
            " ORDER BY exam_number",
            (symbol,),
        )
        exams = [row for row in cursor.fetchall() if _touched(corrected, *row[2:4])]
    stale = 0
    for request_id, number, start, end, fingerprint in exams:
        if not _differs(store, symbol, start, end, fingerprint):
            continue
        with transaction(connection) as cursor:
            cursor.execute(
                "UPDATE exams SET stale = true WHERE request_id = %s", (request_id,)
            )
            withdraw(cursor, request_id, number, now)
        stale += 1
    return stale


def withdraw(
    cursor: Cursor, request_id: str, number: int, now: datetime, *, door: str = "A"
) -> None:
    """Take back what an exam validated, unless something else proves it too."""
    cursor.execute(
        "SELECT p.strategy_id FROM exam_passes p WHERE p.request_id = %s"
        " AND NOT EXISTS (SELECT 1 FROM exam_passes o JOIN exams e USING (request_id)"
        "  WHERE o.strategy_id = p.strategy_id AND NOT e.stale"
        "  AND e.settled_at IS NOT NULL)"
        " AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.strategy_id = p.strategy_id"
        "  AND c.proven_at IS NOT NULL"
        "  AND (c.state = 'validated' OR c.closed_reason LIKE '90 days%%'))"
        " ORDER BY p.strategy_id",
        (request_id,),
    )
    for (strategy_id,) in cursor.fetchall():
        change_status(
            cursor,
            strategy_id,
            "stale",
            now=now,
            door=door,
            only_from=("validated",),
            evidence={"door": door, "k": number, "request_id": request_id},
            reason=(
                f"a candle of {'pooled ' if door == 'P' else ''}exam {number}"
                " was corrected; it is asked again"
            ),
        )


def _stale_claims(
    connection: Connection,
    store: CandleStore,
    symbol: str,
    corrected: Sequence[datetime],
    now: datetime,
) -> int:
    with transaction(connection) as cursor:
        rows = [
            row
            for row in standing_claims(cursor, symbol)
            if _touched(corrected, row.anchor_at, row.judged_until)
        ]
    if not rows:
        return 0
    first = min(row.anchor_at for row in rows)
    last = max(row.judged_until for row in rows)
    series = store.read(symbol, MINUTE_SECONDS, first, last)
    return sum(
        close_stale(connection, symbol, row, now)
        for row in rows
        if not intact(row, series)
    )
