"""From an id, or its beginning, to what it names in the database."""

import re
from datetime import datetime

from psycopg2.extensions import cursor as Cursor

from tradestream.errors import ConfigurationError
from tradestream.trace.model import Match

SHORTEST = 4
"""Characters of an id that a beginning has at least."""

MOST = 12
"""Matches that are listed."""

_EXAM = re.compile(r"(?P<subject>\S+)[#/](?P<number>[1-9]\d{0,8})")
_SET = re.compile(r"(?P<symbol>\S+) (?P<at>\d{4}-\S+)")

# Ids are hexadecimal: the range lets the index answer, and the second condition
# holds where the database's order of letters is another one.
_BEGINS = "{0} >= %(id)s AND {0} <= %(id)s || 'zzzz' AND starts_with({0}, %(id)s)"

_QUERIES = {
    "search": "SELECT request_id, symbol || ' ' || strategy_name || ', bars '"
    " || to_char(window_start_at, 'YYYY-MM-DD HH24:MI') || ' to '"
    " || to_char(window_end_at, 'YYYY-MM-DD HH24:MI') FROM trials WHERE {request_id}",
    "exam": "SELECT request_id, 'exam ' || exam_number || ' of ' || symbol"
    " FROM exams WHERE {request_id}",
    "strategy": "SELECT strategy_id, symbol || ' ' || strategy_name || ', ' || status"
    " FROM strategies WHERE {strategy_id}",
    "evaluation": "SELECT evaluation_id, 'of strategy ' || strategy_id"
    " FROM evaluations WHERE {evaluation_id}",
    "signal": "SELECT signal_id, action || ' ' || symbol || ' at '"
    " || to_char(bar_open_at, 'YYYY-MM-DD HH24:MI') FROM trade_signals"
    " WHERE {signal_id}",
}


def find_rows(cursor: Cursor, wanted: str) -> list[Match]:
    """Return what `wanted` names: first what has exactly this id, else beginnings.

    Also an exam by its number (`BTC-USD#3`), and a symbol's set by the correlation
    id of its message (`BTC-USD 2026-01-31T12:00:00+00:00`).

    Raises:
        ConfigurationError: If `wanted` is too short to look for.
    """
    named = _exam_by_number(cursor, wanted) or _set(cursor, wanted)
    if named:
        return named
    if len(wanted) < SHORTEST:
        raise ConfigurationError(
            f"an id, or at least its first {SHORTEST} characters, is required, "
            f"was {wanted!r}"
        )
    found: list[Match] = []
    for kind, query in _QUERIES.items():
        column = query.rsplit("{", 1)[1].rstrip("}")
        text = query.replace(f"{{{column}}}", _BEGINS.format(column))
        cursor.execute(f"{text} ORDER BY 1 LIMIT {MOST}", {"id": wanted})
        found += [Match(kind, identity, title) for identity, title in cursor.fetchall()]
    whole = [match for match in found if match.identity == wanted]
    return whole or found


def _exam_by_number(cursor: Cursor, wanted: str) -> list[Match]:
    named = _EXAM.fullmatch(wanted)
    if named is None:
        return []
    cursor.execute(
        "SELECT request_id FROM exams WHERE symbol = %s AND exam_number = %s",
        (named["subject"], int(named["number"])),
    )
    title = f"exam {named['number']} of {named['subject']}"
    return [Match("exam", identity, title) for (identity,) in cursor.fetchall()]


def _set(cursor: Cursor, wanted: str) -> list[Match]:
    named = _SET.fullmatch(wanted)
    if named is None:
        return []
    try:
        at = datetime.fromisoformat(named["at"])
    except ValueError:
        return []
    cursor.execute(
        "SELECT EXISTS (SELECT FROM approval_changes WHERE symbol = %(symbol)s"
        " AND changed_at = %(at)s) OR EXISTS (SELECT FROM sized_positions"
        " WHERE symbol = %(symbol)s AND as_of = %(at)s)",
        {"symbol": named["symbol"], "at": at},
    )
    if cursor.fetchone() != (True,):
        return []
    return [Match("set", wanted, f"set of {named['symbol']} of {named['at']}")]
