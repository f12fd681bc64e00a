"""Making the roles of all rooms, once, as somebody who may make roles."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extensions import encrypt_password

from tradestream.errors import ConfigurationError
from tradestream.postgres import transaction
from tradestream.roles.declared import OWNER, role_of

_PASSWORD_BYTES = 24
_FOREIGN_TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner <> %s
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
    connection: Connection, rooms: Sequence[str], passwords: Path | None
) -> list[Made]:
    """Make a role for each room and one that owns the tables; all or none.

    A role that is there stays, and gets the password of its file. What the tables'
    owner owned belongs to the role of `database_migrator` afterwards.

    Args:
        connection: As a role that may make roles and owns the database.
        rooms: Whose roles.
        passwords: Folder of one file a room; a file that is not there is made,
            with a password by chance in it. None: roles without a password.

    Raises:
        ConfigurationError: If this connection's role may not, or a file cannot be
            read or made.
        UnavailableError: If the database went away; nothing was changed.
    """
    everybody = sorted({OWNER, *rooms})
    found = {room: _password(passwords, room) for room in everybody}
    with transaction(connection) as cursor:
        made = [_make(cursor, room, *found[room]) for room in everybody]
        _own(cursor, role_of(OWNER))
    return made


def _make(cursor: Cursor, room: str, password: str | None, origin: str) -> Made:
    name = role_of(room)
    role = sql.Identifier(name)
    cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (name,))
    is_new = cursor.fetchone() is None
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


def _own(cursor: Cursor, owner: str) -> None:
    role = sql.Identifier(owner)
    cursor.execute(sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(role))
    cursor.execute(_FOREIGN_TABLES, (owner,))
    for (table,) in cursor.fetchall():
        cursor.execute(
            sql.SQL("ALTER TABLE {} OWNER TO {}").format(sql.Identifier(table), role)
        )


def _password(folder: Path | None, room: str) -> tuple[str | None, str]:
    if folder is None:
        return None, ""
    path = folder / room
    try:
        if path.exists():
            if text := path.read_text("utf-8").strip():
                return text, "file"
            raise ConfigurationError(f"a password is required in {path}, was nothing")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(password, "utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"a file that can be read or made is required, was {path}: {error.strerror}"
        ) from error
    return password, "made"
