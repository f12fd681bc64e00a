"""Applying migrations: in order, each once, each whole or not at all."""

from collections.abc import Sequence
from datetime import datetime

import psycopg2
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from tradestream.errors import ConfigurationError
from tradestream.migrations.files import Migration
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint

LOCK = 0x7261_6465  # any number that no other advisory lock of ours uses

_HISTORY = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL
)
"""


def migrate(
    connection: Connection, migrations: Sequence[Migration], now: datetime
) -> tuple[str, ...]:
    """Apply what is missing; return the names of what was applied.

    Each file and its record are one transaction, under a lock, so that of two
    processes one applies a file and the other then finds it applied.

    Raises:
        ConfigurationError: If a file changed after it was applied, a file that
            was applied is gone, or a statement is wrong.
        UnavailableError: If the database went away; what was recorded is whole.
    """
    applied: list[str] = []
    for migration in migrations:
        with transaction(connection) as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            cursor.execute(_HISTORY)
            known = _known(cursor)
            _check(known, migrations)
            if migration.name in known:
                continue
            _apply(cursor, migration, now)
        failpoint("database_migrator.applied")
        applied.append(migration.name)
    return tuple(applied)


def _known(cursor: Cursor) -> dict[str, str]:
    cursor.execute("SELECT name, checksum FROM schema_migrations ORDER BY name")
    return dict(cursor.fetchall())


def _check(known: dict[str, str], migrations: Sequence[Migration]) -> None:
    files = {migration.name: migration.checksum for migration in migrations}
    for name, checksum in known.items():
        if name not in files:
            raise ConfigurationError(f"{name} was applied, but the file is gone")
        if files[name] != checksum:
            raise ConfigurationError(
                f"{name} changed after it was applied; add a new file instead"
            )
    missing = sorted(set(files) - set(known))
    if missing and known and missing[0] < max(known):
        raise ConfigurationError(
            f"{missing[0]} must come after {max(known)}, which is applied already"
        )


def _apply(cursor: Cursor, migration: Migration, now: datetime) -> None:
    try:
        cursor.execute(migration.sql)
    except (
        psycopg2.ProgrammingError,
        psycopg2.DataError,
        psycopg2.IntegrityError,
    ) as error:
        line = str(error).strip().partition("\n")[0]
        raise ConfigurationError(
            f"{migration.name} cannot be applied: {line}"
        ) from error
    cursor.execute(
        "INSERT INTO schema_migrations (name, checksum, applied_at)"
        " VALUES (%s, %s, %s)",
        (migration.name, migration.checksum, now),
    )
