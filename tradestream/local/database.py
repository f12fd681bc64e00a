"""The database of a stack: made when it is not there, with the newest schema."""

from datetime import UTC, datetime
from pathlib import Path

from psycopg2.extensions import connection as Connection

from tradestream.local.postgres_server import USER, PostgresServer
from tradestream.runtime.secrets import read_secret

_MIGRATIONS = Path(__file__).parents[2] / "platform" / "migrations"


def create(server: PostgresServer, password_file: Path) -> None:
    """Make the database of a running server, unless it is there."""
    connection = _connect(server, password_file, "postgres")
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (USER,))
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {USER}")
    finally:
        connection.close()


def migrate(server: PostgresServer, password_file: Path) -> None:
    """Apply what is missing of the schema."""
    from tradestream.migrations.files import read_migrations
    from tradestream.migrations.migrate import migrate as apply

    connection = _connect(server, password_file, USER)
    try:
        apply(connection, read_migrations(_MIGRATIONS), datetime.now(UTC))
    finally:
        connection.close()


def _connect(server: PostgresServer, password_file: Path, database: str) -> Connection:
    from tradestream.postgres import connect

    return connect(server.url(database), read_secret(password_file))
