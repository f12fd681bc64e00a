"""Making the roles of all rooms, once, as somebody who may make roles."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg2.errors
from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extensions import encrypt_password

from tradestream.errors import ConfigurationError
from tradestream.postgres import transaction
from tradestream.roles.declared import OWNER, DeclaredRole, role_of, tables_of
from tradestream.roles.grants import LOCK
from tradestream.runtime.secrets import read_secret

_PASSWORD_BYTES = 24
_FOREIGN_TABLES = """
SELECT tablename, tableowner FROM pg_tables
WHERE schemaname = 'public' AND tableowner <> %s AND tablename = ANY(%s)
"""


@dataclass(frozen=True, slots=True)
class Made:
    """What became of one role.

    Attributes:
        room: Whose role it is.
        is_new: Whether it was made now.
        password: Where its password came from: `file`, `made`, or empty where the
            server trusts.
    """

    room: str
    is_new: bool
    password: str


def create_roles(
    connection: Connection,
    declared: Sequence[DeclaredRole],
    passwords: Path | None,
    *,
    draw_again: bool = False,
) -> list[Made]:
    """Make a role for each room and one that owns the tables; all or none.

    A role that is there stays, and gets the password of its file. Tables belong to
    the role of `database_migrator` afterwards; who owned them becomes a member of
    it, so that rooms which still use that one user go on.

    Args:
        connection: As a role that may make roles and owns database and tables.
        declared: Whose roles.
        passwords: Folder of one file a room; of a new role, a file that is not there
            is made, with a password by chance in it. None: roles without a password.
        draw_again: Whether a role that is there gets a new password, too, where it
            has no file.

    Raises:
        ConfigurationError: If this connection's role may not, a file cannot be read
            or made, or a role is there and its file is not.
        UnavailableError: If the database went away; nothing was changed.
    """
    rooms = sorted({OWNER, *(role.room for role in declared)})
    with transaction(connection) as cursor:
        try:
            cursor.execute(LOCK)
            there = _there(cursor, rooms)
            kept = frozenset() if draw_again else there
            found = _passwords(passwords, rooms, kept)
            made = [_make(cursor, r, r not in there, *found[r]) for r in rooms]
            _own(cursor, role_of(OWNER), tables_of(declared))
        except psycopg2.errors.InsufficientPrivilege as error:
            line = str(error).partition("\n")[0]
            raise ConfigurationError(
                "a role that may make roles and owns database and tables is required,"
                f" was {connection.info.user}: {line}"
            ) from error
    return made


def _there(cursor: Cursor, rooms: Sequence[str]) -> frozenset[str]:
    """Return the rooms whose roles are there, on the whole server."""
    cursor.execute(
        "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)",
        ([role_of(room) for room in rooms],),
    )
    names = {name for (name,) in cursor.fetchall()}
    return frozenset(room for room in rooms if role_of(room) in names)


def _make(
    cursor: Cursor, room: str, is_new: bool, password: str | None, origin: str
) -> Made:
    name = role_of(room)
    role = sql.Identifier(name)
    if is_new:
        cursor.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
    if password is not None:
        # Hashed here: neither the server's log nor its statistics see the password.
        hashed = encrypt_password(password, name, cursor, "scram-sha-256")
        cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD %s").format(role), (hashed,))
    cursor.execute("SELECT current_database()")
    ((database,),) = cursor.fetchall()
    cursor.execute(
        sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
            sql.Identifier(database), role
        )
    )
    cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role))
    return Made(room, is_new, origin)


def _own(cursor: Cursor, owner: str, tables: Iterable[str]) -> None:
    role = sql.Identifier(owner)
    cursor.execute(sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(role))
    cursor.execute(_FOREIGN_TABLES, (owner, sorted(tables)))
    foreign = cursor.fetchall()
    for former in sorted({name for _, name in foreign}):
        cursor.execute(sql.SQL("GRANT {} TO {}").format(role, sql.Identifier(former)))
    for table, _ in foreign:
        cursor.execute(
            sql.SQL("ALTER TABLE {} OWNER TO {}").format(sql.Identifier(table), role)
        )


def _passwords(
    folder: Path | None, rooms: Sequence[str], there: frozenset[str]
) -> dict[str, tuple[str | None, str]]:
    """Return the password of each room and where it is from; draw what is missing."""
    if folder is None:
        return dict.fromkeys(rooms, (None, ""))
    lost = [room for room in rooms if room in there and not (folder / room).exists()]
    if lost:
        raise ConfigurationError(
            f"a file with its password is required for each role that is there, was"
            f" none at {folder / lost[0]}; --new_passwords draws new ones, and locks"
            " out who has the old"
        )
    return {room: _password(folder, room) for room in rooms}


def _password(folder: Path, room: str) -> tuple[str, str]:
    path = folder / room
    if path.exists():
        return read_secret(path) or "", "file"
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(password, "utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"a folder that files can be made in is required, was {folder}:"
            f" {error.strerror}"
        ) from error
    return password, "made"
