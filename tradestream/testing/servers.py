"""Real servers for tests: one pair a test process, a fresh database a test."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Connection

from tradestream.local.ports import choose
from tradestream.local.postgres_server import PostgresServer
from tradestream.local.valkey_server import ValkeyServer
from tradestream.migrations.files import read_migrations
from tradestream.migrations.migrate import migrate
from tradestream.postgres import connect

REPOSITORY = Path(__file__).parents[2]
TEMPLATE = "migrated"


@contextmanager
def temporary_folder(name: str) -> Iterator[Path]:
    """Yield a new folder that a server running as another user can reach."""
    folder = Path(tempfile.mkdtemp(prefix=f"tradestream_{name}_"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(slots=True)
class Databases:
    """Fresh databases with all migrations applied, copied from a template."""

    server: PostgresServer
    _admin: Connection | None = None
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def create(self) -> str:
        """Return the URL of a new database; takes some 30 ms."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return self.server.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._run(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def _run(self, sql: str) -> None:
        if self._admin is None or self._admin.closed:
            self._admin = _connect_admin(self.server)
            self._make_template()
        with self._admin.cursor() as cursor:
            cursor.execute(sql)

    def _make_template(self) -> None:
        assert self._admin is not None
        with self._admin.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_database WHERE datname = %s", (TEMPLATE,)
            )
            if cursor.fetchone() == (1,):
                return
            cursor.execute(f"CREATE DATABASE {TEMPLATE}")
        connection = connect(self.server.url(TEMPLATE))
        files = read_migrations(REPOSITORY / "platform" / "migrations")
        migrate(connection, files, datetime(2026, 1, 1, tzinfo=UTC))
        connection.close()

    def close(self) -> None:
        """Give the connection back."""
        if self._admin is not None:
            self._admin.close()


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Run a server that trusts everybody and forgets everything at the end."""
    with temporary_folder("postgres") as folder:
        server = PostgresServer(
            folder / "data", choose(1)[0], folder / "postgres.log", durable=False
        )
        try:
            server.start()
            yield server
        finally:
            server.stop()


@contextmanager
def valkey_server(password_file: Path | None = None) -> Iterator[ValkeyServer]:
    """Run a server with an append-only file that is removed at the end."""
    with temporary_folder("valkey") as folder:
        server = ValkeyServer(
            folder / "data", choose(1)[0], folder / "valkey.log", password_file
        )
        try:
            server.start()
            yield server
        finally:
            server.stop()


def _connect_admin(server: PostgresServer) -> Connection:
    connection = psycopg2.connect(server.url("postgres"))
    connection.autocommit = True
    return connection
