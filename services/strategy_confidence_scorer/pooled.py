"""The pooled exam: all symbols as one group, with numbers of its own.

It validates a genome on the group, never on one of its symbols: an edge that
others have must not be counted for a symbol that has none. On each symbol the
genome is a candidate, which may be claimed like any other (ADR 0013).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from services.strategy_confidence_scorer.corrections import COMMITTED_WITHIN, withdraw
from services.strategy_confidence_scorer.exam_requests import ask_again
from services.strategy_confidence_scorer.exams import (
    Due,
    give_up_on_old_designs,
    holds,
    read_exams,
    take_number,
)
from services.strategy_confidence_scorer.progress import (
    note_corrections_checked,
    read_progress,
)
from services.strategy_confidence_scorer.settings import Settings
from services.strategy_confidence_scorer.settlement import (
    fingerprint_now,
    settle_exams,
)
from tradestream.candle_store.port import CandleStore
from tradestream.discovery.exam_schedule import (
    POOLED,
    POOLED_BUDGET,
    next_window,
    whole_hour_after,
)
from tradestream.discovery.requests import GROUP_PREFIX
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint

GROUP = f"{GROUP_PREFIX}all"
LEAST_SYMBOLS = 3
"""A group of fewer says hardly more than its symbols do."""

WAIT_FOR_OTHERS = timedelta(hours=24)
"""So long a group waits for symbols whose history is still being fetched."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What a run did with the group."""

    stale: int
    validated: int
    asked: bool
    asked_again: int


def keep_pool(
    connection: Connection,
    store: CandleStore,
    symbols: Sequence[str],
    settings: Settings,
    now: datetime,
) -> Pool:
    """Settle the exams of the group, and ask for the one that is due.

    Args:
        connection: PostgreSQL.
        store: The candles.
        symbols: Who may be a member.
        settings: What the run was told.
        now: The time of the run.
    """
    stale = _mark_stale(connection, store, now)
    validated = settle_exams(connection, store, GROUP, now)
    asked = _ask(connection, store, symbols, settings, now)
    again = ask_again(connection, GROUP, settings.ask_again_after, now)
    return Pool(stale, validated, asked, again)


def _ask(
    connection: Connection,
    store: CandleStore,
    symbols: Sequence[str],
    settings: Settings,
    now: datetime,
) -> bool:
    with transaction(connection) as cursor:
        give_up_on_old_designs(cursor, GROUP)
        exams = read_exams(cursor, GROUP)
        ready = bool(exams) or _ready(cursor, symbols, now)
    start = whole_hour_after(settings.backfill_start)
    window = next_window(exams, now=now, history_start=start, lengths=POOLED)
    if not ready or window is None:
        return False
    members = tuple(
        symbol
        for symbol in sorted(symbols)
        if holds(store, symbol, window, settings, now)
    )
    if len(members) < LEAST_SYMBOLS:
        return False
    due = Due(GROUP, window, POOLED_BUDGET, members)
    return take_number(connection, due, exams, settings, now)


def _ready(cursor: Cursor, symbols: Sequence[str], now: datetime) -> bool:
    """Return whether every symbol had an exam of its own, or time to get one."""
    cursor.execute(
        "SELECT count(DISTINCT symbol), min(requested_at) FROM exams"
        " WHERE symbol = ANY(%s)",
        (list(symbols),),
    )
    row = cursor.fetchone()
    examined, first = row if row else (0, None)
    waited = first is not None and now - first >= WAIT_FOR_OTHERS
    return examined == len(symbols) or waited


def _mark_stale(connection: Connection, store: CandleStore, now: datetime) -> int:
    """Take back what was judged on candles of members that were corrected."""
    with transaction(connection) as cursor:
        checked = read_progress(cursor, GROUP).corrections_checked_at
        cursor.execute(
            "SELECT request_id, exam_number, window_start_at, window_end_at,"
            " data_fingerprint, members, settled_at FROM exams WHERE symbol = %s"
            " AND NOT stale AND settled_at IS NOT NULL AND data_fingerprint IS NOT NULL"
            " ORDER BY exam_number",
            (GROUP,),
        )
        exams = cursor.fetchall()
    stale = 0
    for request_id, number, start, end, fingerprint, members, settled_at in exams:
        since = (checked or settled_at) - COMMITTED_WITHIN
        corrected = any(
            start <= at < end
            for member in members
            for at in store.corrected_since(member, since)
        )
        if not corrected or fingerprint == fingerprint_now(
            store, GROUP, members, (start, end)
        ):
            continue
        with transaction(connection) as cursor:
            cursor.execute(
                "UPDATE exams SET stale = true WHERE request_id = %s", (request_id,)
            )
            cursor.execute(
                "UPDATE evaluations SET stale = true"
                " WHERE request_id = %s AND symbol = %s",
                (request_id, GROUP),
            )
            withdraw(cursor, request_id, number, now, door="P")
        stale += 1
    failpoint("strategy_confidence_scorer.pool_checked")
    with transaction(connection) as cursor:
        note_corrections_checked(cursor, GROUP, now)
    return stale
