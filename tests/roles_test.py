"""What rooms may do in the database is what their statements do, and no more.

Read from the statements in the sources; `make chaos` runs every room as its own role,
for the hours that it lasts.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tradestream.local.rooms import TABLE
from tradestream.roles.declared import HISTORY, OWNER, read_declared, tables_of

REPOSITORY = Path(__file__).parents[1]
ROOMS = yaml.safe_load(TABLE.read_text("utf-8"))["rooms"]
DECLARED = {role.room: role.tables for role in read_declared()}
CANDLES = frozenset({"market_data", "venue_holes", "instruments"})
WRITES_CANDLES = "candle_ingestor"
_TABLES = re.compile(r"CREATE TABLE (\w+)")
_VERBS = {
    "select": re.compile(r"(?<!DELETE )(?:FROM|JOIN)\s+(\w+)"),
    "insert": re.compile(r"INSERT INTO\s+(\w+)"),
    "update": re.compile(r"(?<!DO )(?<!FOR )UPDATE\s+(\w+)"),
    "delete": re.compile(r"DELETE FROM\s+(\w+)"),
}
_HIDDEN = re.compile(r"(?:FROM|JOIN|INTO|UPDATE)\s+\{")  # a name put in when it runs
_INSERTS = re.compile(r'INSERT INTO\s+(\w+)((?:(?!INSERT INTO|""").)*)', re.DOTALL)
_PIECES = re.compile(r'"\s*\n\s*f?"')  # of one text on two lines


def tables() -> set[str]:
    """Return the tables that the migrations make."""
    files = sorted((REPOSITORY / "platform" / "migrations").glob("*.sql"))
    return {name for file in files for name in _TABLES.findall(file.read_text())}


def statements(room: str) -> Iterator[str]:
    """Yield the sources of a room, and of the outbox if it has one."""
    outbox = REPOSITORY / "tradestream" / "outbox.py"
    for file in sorted((REPOSITORY / "services" / room).rglob("*.py")):
        if file.name.endswith(("_test.py", "_fake.py")):
            continue
        text = file.read_text("utf-8")
        yield text
        if "outbox.publish" in text or "tradestream.outbox" in text:
            yield outbox.read_text("utf-8")


def used(room: str) -> dict[str, set[str]]:
    """Return what a room's statements do with tables of records."""
    found: dict[str, set[str]] = defaultdict(set)
    for source in statements(room):
        text = _PIECES.sub(" ", source)
        for verb, pattern in _VERBS.items():
            for table in pattern.findall(text):
                found[table].add(verb)
        for table, rest in _INSERTS.findall(text):
            if "ON CONFLICT" in rest or "RETURNING" in rest:
                found[table].add("select")
            if "DO UPDATE" in rest:
                found[table].add("update")
    records = tables() - CANDLES
    return {table: verbs for table, verbs in found.items() if table in records}


def records_of(room: str) -> dict[str, set[str]]:
    """Return what a room may do with tables of records, as declared."""
    granted = DECLARED.get(room, {})
    return {t: set(given) for t, given in granted.items() if t not in CANDLES}


@pytest.mark.parametrize("room", sorted(set(ROOMS) - {OWNER}))
def test_a_room_may_do_what_its_statements_do_and_no_more(room: str) -> None:
    assert records_of(room) == used(room)


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_every_statement_names_its_tables(room: str) -> None:
    assert not [found for text in statements(room) for found in _HIDDEN.findall(text)]


@pytest.mark.parametrize("room", sorted(set(ROOMS) - {OWNER}))
def test_bars_are_read_by_whom_needs_them_and_written_by_one(room: str) -> None:
    given = {t: g for t, g in DECLARED.get(room, {}).items() if t in CANDLES}
    needs = ROOMS[room].get("needs", [])

    assert set(given) == (CANDLES if "candles" in needs else set())
    if room != WRITES_CANDLES:
        assert all(privileges == {"select"} for privileges in given.values())


def test_a_room_with_a_role_needs_the_database_and_the_other_way_round() -> None:
    needing = {
        name
        for name, row in ROOMS.items()
        if {"postgres", "candles"} & set(row.get("needs", []))
    }

    assert set(DECLARED) == (needing - {OWNER}) | {"reader"}


def test_every_declared_table_is_there() -> None:
    assert tables_of(read_declared()) == tables() | {HISTORY}
