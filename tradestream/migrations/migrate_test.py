"""Migrations against a real server."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection

from tradestream.errors import ConfigurationError
from tradestream.local.postgres_server import PostgresServer
from tradestream.migrations.files import Migration, read_migrations
from tradestream.migrations.migrate import migrate
from tradestream.postgres import connect

pytestmark = pytest.mark.integration

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = Migration("0001_first.sql", "CREATE TABLE first (id int);")
SECOND = Migration("0002_second.sql", "CREATE TABLE second (id int);")


@pytest.fixture
def empty_url(postgres_server: PostgresServer) -> Iterator[str]:
    admin = psycopg2.connect(postgres_server.url("postgres"))
    admin.autocommit = True
    admin.cursor().execute("CREATE DATABASE migrator_test")
    yield postgres_server.url("migrator_test")
    admin.cursor().execute("DROP DATABASE migrator_test WITH (FORCE)")
    admin.close()


@pytest.fixture
def empty(empty_url: str) -> Iterator[Connection]:
    connection = connect(empty_url)
    yield connection
    connection.close()


def tables(connection: Connection) -> set[str]:
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {row[0] for row in cursor.fetchall()}


def test_applies_each_file_once(empty: Connection) -> None:
    first_run = migrate(empty, [FIRST, SECOND], NOW)
    second_run = migrate(empty, [FIRST, SECOND], NOW)

    assert first_run == ("0001_first.sql", "0002_second.sql")
    assert second_run == ()
    assert tables(empty) == {"first", "second", "schema_migrations"}


def test_goes_on_where_it_stopped(empty: Connection) -> None:
    migrate(empty, [FIRST], NOW)

    assert migrate(empty, [FIRST, SECOND], NOW) == ("0002_second.sql",)


def test_a_failing_file_leaves_nothing_of_itself(empty: Connection) -> None:
    broken = Migration("0002_second.sql", "CREATE TABLE half (id int); SELECT nothing;")

    with pytest.raises(ConfigurationError, match=r"0002_second\.sql cannot be applied"):
        migrate(empty, [FIRST, broken], NOW)

    assert tables(empty) == {"first", "schema_migrations"}


def test_refuses_a_file_that_changed_after_it_was_applied(empty: Connection) -> None:
    migrate(empty, [FIRST], NOW)
    changed = Migration(FIRST.name, "CREATE TABLE other (id int);")

    with pytest.raises(ConfigurationError, match="changed after it was applied"):
        migrate(empty, [changed], NOW)


def test_refuses_when_an_applied_file_is_gone(empty: Connection) -> None:
    migrate(empty, [FIRST, SECOND], NOW)

    with pytest.raises(ConfigurationError, match=r"0001_first\.sql was applied, but"):
        migrate(empty, [SECOND], NOW)


def test_refuses_a_new_file_before_an_applied_one(empty: Connection) -> None:
    migrate(empty, [SECOND], NOW)

    with pytest.raises(ConfigurationError, match=r"0001_first\.sql must come after"):
        migrate(empty, [FIRST, SECOND], NOW)


def test_processes_at_once_apply_each_file_once(empty_url: str) -> None:
    def apply(_: int) -> tuple[str, ...]:
        connection = connect(empty_url)
        try:
            return migrate(connection, [FIRST, SECOND], NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(apply, range(8)))

    assert sorted(name for applied in results for name in applied) == [
        "0001_first.sql",
        "0002_second.sql",
    ]


def test_the_repository_s_own_files_apply(empty: Connection) -> None:
    files = read_migrations(Path(__file__).parents[2] / "platform" / "migrations")

    migrate(empty, files, NOW)

    assert {"market_data", "strategies", "exams", "trade_signals"} <= tables(empty)


@pytest.mark.parametrize("name", ["1_short.sql", "0001-dash.sql"])
def test_refuses_a_name_without_a_number(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("SELECT 1;")

    with pytest.raises(
        ConfigurationError, match=r"a name such as 0001_market_data\.sql"
    ):
        read_migrations(tmp_path)


def test_refuses_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SQL files are required"):
        read_migrations(tmp_path)
