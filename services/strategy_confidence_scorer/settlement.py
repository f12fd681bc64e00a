"""Door A: turning the answers of exams into statuses, each exactly once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from services.strategy_confidence_scorer.statuses import change_status
from tradestream.candle_store.port import CandleStore
from tradestream.candles import MINUTE_SECONDS
from tradestream.discovery.messages import group_fingerprint
from tradestream.errors import InvalidDataError
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint
from tradestream.runtime.matter import ids, working_on


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
    members: list[str] | None


def fingerprint_now(
    store: CandleStore,
    subject: str,
    members: list[str] | None,
    window: tuple[datetime, datetime],
) -> str:
    """Return the hash of the bars of a symbol, or of a group, as they are now."""
    found = {
        symbol: store.read(symbol, MINUTE_SECONDS, *window).fingerprint()
        for symbol in members or [subject]
    }
    return group_fingerprint(found) if members else found[subject]


def settle_exams(
    connection: Connection, store: CandleStore, symbol: str, now: datetime
) -> int:
    """Turn answered exams of a symbol or group into statuses, each exactly once.

    An answer on candles that were corrected since is stale: it proves nothing,
    and its window is asked for again.

    Returns:
        How many strategies were validated.
    """
    with transaction(connection) as cursor:
        answers = _answers(cursor, symbol)
    validated = 0
    for answer in answers:
        with working_on("settle", ids(answer.request_id)):
            validated += _settle(connection, store, symbol, answer, now)
    return validated


def _settle(
    connection: Connection,
    store: CandleStore,
    symbol: str,
    answer: _Answer,
    now: datetime,
) -> int:
    fresh = (
        answer.fingerprint is None
        or fingerprint_now(store, symbol, answer.members, (answer.start, answer.end))
        == answer.fingerprint
    )
    validated = 0
    with transaction(connection) as cursor:
        if fresh:
            validated = _validate(cursor, answer, now)
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
        " critical_value, data_fingerprint, members FROM exams WHERE symbol = %s"
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
        door, where = ("P", "pooled exam") if answer.members else ("A", "exam")
        on = f"{len(answer.members)} symbols, " if answer.members else ""
        count += change_status(
            cursor,
            strategy_id,
            "validated",
            now=now,
            door=door,
            evidence={
                "door": door,
                "k": answer.number,
                "t": t,
                "critical": critical,
                "request_id": answer.request_id,
                "window_start": answer.start.isoformat(),
                "window_end": answer.end.isoformat(),
            },
            reason=(
                f"passed {where} {answer.number}: t {t:.2f} where {critical:.2f} was "
                f"needed, among {answer.eligible} genomes on {on}{days:.0f} days"
            ),
        )
    return count
