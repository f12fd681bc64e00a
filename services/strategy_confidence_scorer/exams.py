"""Door A: asking for exams, each with a number that no other has."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from protos.discovery.v1.request_pb2 import HistoryExamRequest
from services.strategy_confidence_scorer.exam_requests import send
from services.strategy_confidence_scorer.settings import INTERVAL, ROOM, Settings
from tradestream.candle_store.port import CandleStore
from tradestream.candles import MINUTE_SECONDS
from tradestream.discovery.exam_schedule import (
    BUDGET,
    SETTLED,
    ExamRecord,
    exam_alpha,
    next_number,
    next_window,
    refusal,
    whole_hour_after,
    whole_hour_before,
)
from tradestream.discovery.lost_bars import waited_for
from tradestream.discovery.requests import request_id, seed_of, timestamp
from tradestream.errors import InvalidCandleError
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint
from tradestream.runtime.logs import get_logger


@dataclass(frozen=True, slots=True)
class Due:
    """An exam that may be asked for.

    Attributes:
        subject: A symbol, or the name of a group.
        window: Start and end.
        budget: What all exams of the subject's life may spend.
        members: Of a group: its symbols, sorted.
    """

    subject: str
    window: tuple[datetime, datetime]
    budget: float = BUDGET
    members: tuple[str, ...] = ()


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
        give_up_on_old_designs(cursor, symbol)
        exams = read_exams(cursor, symbol)
    window = _held_window(store, symbol, exams, settings, now)
    if window is None:
        return False
    return take_number(connection, Due(symbol, window), exams, settings, now)


def take_number(
    connection: Connection,
    due: Due,
    exams: list[ExamRecord],
    settings: Settings,
    now: datetime,
) -> bool:
    """Write down an exam and its request, with the next number of its subject.

    Args:
        connection: PostgreSQL.
        due: What is to be examined.
        exams: The subject's exams when that was decided.
        settings: What the run was told.
        now: The time of the run.

    Returns:
        False, and no number taken, when another scorer was quicker, or when
        the exam must not be asked for.
    """
    with transaction(connection) as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", (due.subject,)
        )
        known = read_exams(cursor, due.subject)
        why = refusal(known, due.window, now)
        if known != exams or why is not None:
            if why is not None:
                get_logger(ROOM).warning(
                    "exam is not asked for", subject=due.subject, reason=why
                )
            return False
        _record(cursor, due, next_number(known), settings, now)
    failpoint("strategy_confidence_scorer.exam_recorded")
    return True


def give_up_on_old_designs(cursor: Cursor, symbol: str) -> None:
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


def read_exams(cursor: Cursor, symbol: str) -> list[ExamRecord]:
    """Return the exams of a symbol or group, by number."""
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
        if waited_for(gaps, now):
            return None
        if gaps and gaps[0].start == start:
            start = gaps[0].end
    window = next_window(exams, now=now, history_start=start)
    if window is None:
        return None
    return window if holds(store, symbol, window, settings, now) else None


def holds(
    store: CandleStore,
    symbol: str,
    window: tuple[datetime, datetime],
    settings: Settings,
    now: datetime,
) -> bool:
    """Return whether the store has all bars of a window, and they are sound."""
    gaps = store.gaps(symbol, *window)
    lacking = sum((gap.end - gap.start for gap in gaps), timedelta(0))
    if waited_for(gaps, now) or lacking > settings.max_missing * (
        window[1] - window[0]
    ):
        return False
    try:
        store.read(symbol, MINUTE_SECONDS, *window).validate()
    except InvalidCandleError as error:
        get_logger(ROOM).warning("bars are not examined", reason=str(error))
        return False
    return True


def _record(
    cursor: Cursor, due: Due, number: int, settings: Settings, now: datetime
) -> None:
    from tradestream.discovery.design import design

    start, end = due.window
    request = HistoryExamRequest(
        interval=INTERVAL,
        start_time=timestamp(start),
        end_time=timestamp(end),
        design_hash=design().hash,
        exam_number=number,
        alpha=exam_alpha(number, due.budget),
        seed=seed_of(f"{due.subject}|{number}|{start.isoformat()}|{end.isoformat()}"),
        fee_bps=settings.fee_bps,
        slippage_bps=settings.slippage_bps,
        members=due.members,
    )
    if due.members:
        request.group = due.subject
    else:
        request.symbol = due.subject
    request.request_id = request_id(request)
    cursor.execute(
        "INSERT INTO exams (request_id, symbol, interval, exam_number,"
        " window_start_at, window_end_at, design_hash, alpha, seed, requested_at,"
        " request, members) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            request.request_id,
            due.subject,
            INTERVAL,
            number,
            start,
            end,
            request.design_hash,
            request.alpha,
            request.seed,
            now,
            request.SerializeToString(deterministic=True),
            list(due.members) or None,
        ),
    )
    send(cursor, request, now)
