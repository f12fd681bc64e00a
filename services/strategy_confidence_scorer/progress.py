"""How far the gate has come with a symbol; one scorer at a time works on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime

from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from tradestream.postgres import transaction


@dataclass(frozen=True, slots=True)
class Progress:
    """What was done for a symbol.

    Attributes:
        corrections_checked_at: Corrections before this are dealt with.
        claims_day: Newest day whose claims are registered.
        scored_inputs: What the scores were computed from.
    """

    corrections_checked_at: datetime | None
    claims_day: date | None
    scored_inputs: str | None


@contextmanager
def symbol_lock(connection: Connection, symbol: str) -> Iterator[None]:
    """Keep other scorers off a symbol; waits for one that is at work on it.

    The lock belongs to the connection: it ends with a process that is killed.
    """
    key = f"strategy_confidence_scorer|{symbol}"
    with transaction(connection) as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", (key,))
    try:
        yield
    finally:
        if not connection.closed:
            with transaction(connection) as cursor:
                cursor.execute(
                    "SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (key,)
                )


def read_progress(cursor: Cursor, symbol: str) -> Progress:
    """Return what was done for `symbol`, making its row when there is none.

    The row stays locked until the transaction ends.
    """
    cursor.execute(
        "INSERT INTO gate_progress (symbol) VALUES (%s) ON CONFLICT DO NOTHING",
        (symbol,),
    )
    cursor.execute(
        "SELECT corrections_checked_at, claims_day, scored_inputs FROM gate_progress"
        " WHERE symbol = %s FOR UPDATE",
        (symbol,),
    )
    row = cursor.fetchone()
    return Progress(*row) if row else Progress(None, None, None)


def note_corrections_checked(cursor: Cursor, symbol: str, at: datetime) -> None:
    """Note that corrections before `at` are dealt with."""
    cursor.execute(
        "UPDATE gate_progress SET corrections_checked_at = %s WHERE symbol = %s",
        (at, symbol),
    )


def note_claims_day(cursor: Cursor, symbol: str, day: date) -> None:
    """Note that the claims of `day` are registered."""
    cursor.execute(
        "UPDATE gate_progress SET claims_day = %s WHERE symbol = %s", (day, symbol)
    )


def paper_day(cursor: Cursor, symbol: str) -> date | None:
    """Return the newest day whose paper records are written."""
    read_progress(cursor, symbol)
    cursor.execute("SELECT paper_day FROM gate_progress WHERE symbol = %s", (symbol,))
    row = cursor.fetchone()
    return row[0] if row else None


def note_paper_day(cursor: Cursor, symbol: str, day: date) -> None:
    """Note that the paper records of `day` are written."""
    cursor.execute(
        "UPDATE gate_progress SET paper_day = %s WHERE symbol = %s", (day, symbol)
    )


def note_scored(cursor: Cursor, symbol: str, inputs: str) -> None:
    """Note what the scores of a symbol were computed from."""
    cursor.execute(
        "UPDATE gate_progress SET scored_inputs = %s WHERE symbol = %s",
        (inputs, symbol),
    )
