"""Granting what is declared to the roles that there are, and taking the rest away."""

from collections.abc import Collection, Sequence

from psycopg2 import sql
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from tradestream.postgres import transaction
from tradestream.roles.declared import (
    EVERY_TABLE,
    OWNER,
    DeclaredRole,
    role_of,
    tables_of,
)

Grant = tuple[str, str, str]
"""Role, table, privilege."""

LOCK = "SELECT pg_advisory_xact_lock(hashtext('tradestream_roles'))"
_ROLES = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
_HELD = """
SELECT r.rolname, c.relname, lower(a.privilege_type)
FROM pg_class AS c, aclexplode(c.relacl) AS a
JOIN pg_roles AS r ON r.oid = a.grantee
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
AND r.rolname = ANY(%s)
"""


def grant_declared(connection: Connection, declared: Sequence[DeclaredRole]) -> int:
    """Make the privileges of all roles as declared; return how many changed.

    Does nothing for a connection that is not the owner's own role: an installation
    with one user for all may share its server with one that has a role for each.

    Raises:
        ConfigurationError: If the owner's role does not own the tables.
        UnavailableError: If the database went away; nothing was changed.
    """
    if connection.info.user != role_of(OWNER):
        return 0
    with transaction(connection) as cursor:
        cursor.execute(LOCK)
        cursor.execute(_ROLES, ([role.name for role in declared],))
        there = {name for (name,) in cursor.fetchall()}
        roles = [role for role in declared if role.name in there]
        wanted = _wanted(roles, tables_of(declared))
        cursor.execute(_HELD, (sorted(there),))
        held: set[Grant] = set(cursor.fetchall())
        for grant in sorted(wanted - held):
            _execute(cursor, "GRANT {} ON {} TO {}", grant)
        for grant in sorted(held - wanted):
            _execute(cursor, "REVOKE {} ON {} FROM {}", grant)
    return len(wanted ^ held)


def _wanted(roles: Sequence[DeclaredRole], every: Collection[str]) -> set[Grant]:
    return {
        (role.name, table, privilege)
        for role in roles
        for named, privileges in role.tables.items()
        for table in (every if named == EVERY_TABLE else [named])
        for privilege in privileges
    }


def _execute(cursor: Cursor, words: str, grant: Grant) -> None:
    role, table, privilege = grant
    cursor.execute(
        sql.SQL(words).format(
            sql.SQL(privilege), sql.Identifier(table), sql.Identifier(role)
        )
    )
