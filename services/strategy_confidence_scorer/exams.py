"""Door A: asking for exams and turning their answers into statuses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from protos.discovery.v1.request_pb2 import HistoryExamRequest
from services.strategy_confidence_scorer.exam_requests import send
from services.strategy_confidence_scorer.settings import INTERVAL, Settings
from services.strategy_confidence_scorer.statuses import change_status
from tradestream.candle_store.port import CandleStore, Gap
from tradestream.candles import MINUTE_SECONDS
from tradestream.discovery.exam_schedule import (
    SETTLED,
    ExamRecord,
    exam_alpha,
    next_number,
    next_window,
    whole_hour_after,
    whole_hour_before,
)
from tradestream.discovery.requests import request_id, seed_of, timestamp
from tradestream.errors import InvalidDataError
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answered exam that is not settled."""

    request_id: str
    number: int
    start: datetime
    end: datetime
    eligible: int
    critical_value: float | None
    fingerprint: str | None


def ask_exam(
    connection: Connection,
    store: CandleStore,
    symbol: str,
    settings: Settings,
    now: datetime,
) -> bool:
    """Ask for the exam of `symbol` that is due, if the store holds its window.

    The number k is taken in the transaction that writes the exam and the
    message: neither can be without the other, and no number comes twice.

    Returns:
        Whether an exam was asked for.
    """
    with transaction(connection) as cursor:
        _give_up_on_old_designs(cursor, symbol)
        exams = _exams(cursor, symbol)
    window = _held_window(store, symbol, exams, settings, now)
    if window is None:
        return False
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (symbol,)
        )
        if _exams(cursor, symbol) != exams:
            return False
        _record(cursor, symbol, next_number(exams), window, settings, now)
    failpoint("strategy_confidence_scorer.exam_recorded")
    return True


def _give_up_on_old_designs(cursor: Cursor, symbol: str) -> None:
    """Mark exams stale that no worker of today's catalogue can answer."""
    cursor.execute(
        "SELECT DISTINCT design_hash FROM exams"
        " WHERE symbol = %s AND answered_at IS NULL AND NOT stale",
        (symbol,),
    )
    waiting = [row[0] for row in cursor.fetchall()]
    if not waiting:
        return
    from tradestream.discovery.design import design

    cursor.execute(
        "UPDATE exams SET stale = true WHERE symbol = %s AND answered_at IS NULL"
        " AND design_hash <> %s",
        (symbol, design().hash),
    )


def _exams(cursor: Cursor, symbol: str) -> list[ExamRecord]:
    cursor.execute(
        "SELECT exam_number, window_start_at, window_end_at, stale FROM exams"
        " WHERE symbol = %s ORDER BY exam_number",
        (symbol,),
    )
    return [ExamRecord(*row) for row in cursor.fetchall()]


def _held_window(
    store: CandleStore,
    symbol: str,
    exams: list[ExamRecord],
    settings: Settings,
    now: datetime,
) -> tuple[datetime, datetime] | None:
    """Return the window that is due when the store has all of it."""
    start = whole_hour_after(settings.backfill_start)
    if not exams:
        settled = whole_hour_before(now - SETTLED)
        gaps = store.gaps(symbol, start, settled) if settled > start else []
        if _ours(gaps):
            return None
        if gaps and gaps[0].start == start:
            start = gaps[0].end
    window = next_window(exams, now=now, history_start=start)
    if window is None:
        return None
    gaps = store.gaps(symbol, *window)
    lacking = sum((gap.end - gap.start for gap in gaps), timedelta(0))
    if _ours(gaps) or lacking > settings.max_missing * (window[1] - window[0]):
        return None
    return window


def _ours(gaps: list[Gap]) -> bool:
    return any(not gap.at_venue for gap in gaps)


def _record(
    cursor: Cursor,
    symbol: str,
    number: int,
    window: tuple[datetime, datetime],
    settings: Settings,
    now: datetime,
) -> None:
    from tradestream.discovery.design import design

    start, end = window
    request = HistoryExamRequest(
        symbol=symbol,
        interval=INTERVAL,
        start_time=timestamp(start),
        end_time=timestamp(end),
        design_hash=design().hash,
        exam_number=number,
        alpha=exam_alpha(number),
        seed=seed_of(f"{symbol}|{number}|{start.isoformat()}|{end.isoformat()}"),
        fee_bps=settings.fee_bps,
        slippage_bps=settings.slippage_bps,
    )
    request.request_id = request_id(request)
    cursor.execute(
        "INSERT INTO exams (request_id, symbol, interval, exam_number,"
        " window_start_at, window_end_at, design_hash, alpha, seed, requested_at,"
        " request) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            request.request_id,
            symbol,
            INTERVAL,
            number,
            start,
            end,
            request.design_hash,
            request.alpha,
            request.seed,
            now,
            request.SerializeToString(deterministic=True),
        ),
    )
    send(cursor, request, now)


def settle_exams(
    connection: Connection, store: CandleStore, symbol: str, now: datetime
) -> int:
    """Turn answered exams of `symbol` into statuses, each exactly once.

    An answer on candles that were corrected since is stale: it proves nothing,
    and its window is asked for again.

    Returns:
        How many strategies were validated.
    """
    with transaction(connection) as cursor:
        answers = _answers(cursor, symbol)
    validated = 0
    for answer in answers:
        fresh = (
            answer.fingerprint is None
            or store.read(
                symbol, MINUTE_SECONDS, answer.start, answer.end
            ).fingerprint()
            == answer.fingerprint
        )
        with transaction(connection) as cursor:
            if fresh:
                validated += _validate(cursor, answer, now)
            cursor.execute(
                "UPDATE exams SET settled_at = %s, stale = %s"
                " WHERE request_id = %s AND settled_at IS NULL",
                (now, not fresh, answer.request_id),
            )
        failpoint("strategy_confidence_scorer.exam_settled")
    return validated


def _answers(cursor: Cursor, symbol: str) -> list[_Answer]:
    cursor.execute(
        "SELECT request_id, exam_number, window_start_at, window_end_at, eligible,"
        " critical_value, data_fingerprint FROM exams WHERE symbol = %s"
        " AND answered_at IS NOT NULL AND settled_at IS NULL AND NOT stale"
        " ORDER BY exam_number",
        (symbol,),
    )
    return [_Answer(*row) for row in cursor.fetchall()]


def _validate(cursor: Cursor, answer: _Answer, now: datetime) -> int:
    cursor.execute(
        "SELECT strategy_id, t FROM exam_passes WHERE request_id = %s"
        " ORDER BY t DESC, strategy_id",
        (answer.request_id,),
    )
    count = 0
    for strategy_id, t in cursor.fetchall():
        critical = answer.critical_value
        if critical is None:
            raise InvalidDataError(
                f"a critical value is required where something passed, "
                f"was none in exam {answer.request_id}"
            )
        days = (answer.end - answer.start) / timedelta(days=1)
        count += change_status(
            cursor,
            strategy_id,
            "validated",
            now=now,
            door="A",
            evidence={
                "door": "A",
                "k": answer.number,
                "t": t,
                "critical": critical,
                "request_id": answer.request_id,
                "window_start": answer.start.isoformat(),
                "window_end": answer.end.isoformat(),
            },
            reason=(
                f"passed exam {answer.number}: t {t:.2f} where {critical:.2f} was "
                f"needed, among {answer.eligible} genomes on {days:.0f} days"
            ),
        )
    return count
