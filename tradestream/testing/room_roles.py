"""Databases in which every room has the role that it has where each has its own."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from tradestream.postgres import connect, transaction
from tradestream.roles.create import create_roles
from tradestream.roles.declared import OWNER, DeclaredRole, read_declared, role_of
from tradestream.roles.grants import grant_declared


def login(url: str, room: str) -> Connection:
    """Connect as a room's role, to a server that trusts everybody."""
    head, _, place = url.partition("@")
    return connect(f"{head.partition('//')[0]}//{role_of(room)}@{place}")


@contextmanager
def room_roles(
    url: str, declared: Sequence[DeclaredRole] | None = None
) -> Iterator[int]:
    """Make and grant the roles of a database, whose server no test shares meanwhile.

    Yields:
        How many privileges changed.
    """
    roles = read_declared() if declared is None else declared
    try:
        with closing(connect(url)) as admin:
            create_roles(admin, roles, None)
        with closing(login(url, OWNER)) as owner:
            changed = grant_declared(owner, roles)
        yield changed
    finally:
        drop_roles(url, [OWNER, *(role.room for role in roles)])


def drop_roles(url: str, rooms: Sequence[str]) -> None:
    """Remove the roles that are there; what they owned is the administrator's."""
    with closing(connect(url)) as admin, transaction(admin) as cursor:
        for room in rooms:
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (role_of(room),))
            if cursor.fetchone() is None:
                continue
            for statement in (
                "REASSIGN OWNED BY {} TO CURRENT_USER",
                "DROP OWNED BY {}",
                "DROP ROLE {}",
            ):
                role = sql.Identifier(role_of(room))
                cursor.execute(sql.SQL(statement).format(role))
