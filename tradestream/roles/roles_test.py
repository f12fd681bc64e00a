"""Roles on a real server: made once, granted what is declared, and held to it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from psycopg2 import sql
from psycopg2.extensions import connection as Connection

from tradestream.errors import ConfigurationError
from tradestream.postgres import connect, transaction
from tradestream.roles.create import create_roles
from tradestream.roles.declared import EVERY_TABLE, OWNER, DeclaredRole, role_of
from tradestream.roles.grants import grant_declared
from tradestream.testing.servers import Databases

pytestmark = pytest.mark.integration

WRITER, READER = "test_writer", "test_reader"
DECLARED = [
    DeclaredRole(WRITER, {"outbox": frozenset({"select", "insert"})}),
    DeclaredRole(READER, {EVERY_TABLE: frozenset({"select"})}),
]


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """Return a migrated database; its roles, which a server shares, go at the end."""
    url = databases.create()
    yield url
    with closing(connect(url)) as admin, transaction(admin) as cursor:
        for room in (WRITER, READER, OWNER):
            cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", (role_of(room),))
            if cursor.fetchone() is not None:
                role = sql.Identifier(role_of(room))
                cursor.execute(
                    sql.SQL("REASSIGN OWNED BY {} TO CURRENT_USER").format(role)
                )
                cursor.execute(sql.SQL("DROP OWNED BY {}").format(role))
                cursor.execute(sql.SQL("DROP ROLE {}").format(role))
    databases.drop(url)


def login(url: str, room: str) -> Connection:
    """Connect as a room; the server trusts everybody."""
    head, _, tail = url.partition("@")
    return connect(f"{head.partition('//')[0]}//{role_of(room)}@{tail}")


def prepare(url: str) -> int:
    """Make the roles and grant what is declared, as the migrator's role does."""
    with closing(connect(url)) as admin:
        create_roles(admin, [WRITER, READER], None)
    with closing(login(url, OWNER)) as owner:
        return grant_declared(owner, DECLARED)


def attempt(url: str, room: str, statement: str) -> None:
    with closing(login(url, room)) as connection, transaction(connection) as cursor:
        cursor.execute(statement)


def test_a_role_may_do_what_is_declared(url: str) -> None:
    assert prepare(url) > len(DECLARED)

    attempt(url, WRITER, "SELECT FROM outbox")
    attempt(url, READER, "SELECT FROM strategies")


@pytest.mark.parametrize(
    ("room", "statement"),
    [
        (WRITER, "DELETE FROM outbox"),
        (WRITER, "SELECT FROM strategies"),
        (READER, "UPDATE strategies SET symbol = symbol"),
        (READER, "CREATE TABLE mine ()"),
        (WRITER, "DROP TABLE outbox"),
    ],
)
def test_a_role_may_do_nothing_else(url: str, room: str, statement: str) -> None:
    prepare(url)

    with pytest.raises(ConfigurationError) as caught:
        attempt(url, room, statement)

    assert str(caught.value).startswith(f"the role {role_of(room)} lacks a privilege")


def test_what_is_declared_no_longer_is_taken_away(url: str) -> None:
    prepare(url)
    fewer = [DeclaredRole(WRITER, {"outbox": frozenset({"select"})}), DECLARED[1]]

    with closing(login(url, OWNER)) as owner:
        assert grant_declared(owner, fewer) == 1
        assert grant_declared(owner, fewer) == 0

    with pytest.raises(ConfigurationError, match="permission denied"):
        attempt(url, WRITER, "INSERT INTO outbox DEFAULT VALUES")


def test_one_role_for_all_is_left_alone(url: str) -> None:
    with closing(connect(url)) as connection:
        assert grant_declared(connection, DECLARED) == 0


def test_roles_are_made_once_with_the_passwords_of_their_files(
    url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "passwords"
    with closing(connect(url)) as admin:
        first = create_roles(admin, [WRITER], folder)
        second = create_roles(admin, [WRITER], folder)

        with transaction(admin) as cursor:
            cursor.execute(
                "SELECT rolpassword FROM pg_authid WHERE rolname = %s",
                (role_of(WRITER),),
            )
            stored = cursor.fetchone()
    assert [(made.room, made.is_new, made.password) for made in first] == [
        (OWNER, True, "made"),
        (WRITER, True, "made"),
    ]
    assert [(made.is_new, made.password) for made in second] == [(False, "file")] * 2
    assert (folder / WRITER).stat().st_mode & 0o077 == 0
    assert len((folder / WRITER).read_text()) >= 32
    assert stored is not None
    assert stored[0].startswith("SCRAM-SHA-256$")


def test_an_empty_password_file_makes_no_role(url: str, tmp_path: Path) -> None:
    (tmp_path / WRITER).touch()

    with (
        closing(connect(url)) as admin,
        pytest.raises(ConfigurationError, match="a password is required in"),
    ):
        create_roles(admin, [WRITER], tmp_path)

    with pytest.raises(ConfigurationError, match="does not exist"):
        login(url, WRITER)


def test_who_may_not_make_roles_is_told(url: str) -> None:
    prepare(url)

    with (
        closing(login(url, WRITER)) as connection,
        pytest.raises(ConfigurationError, match="permission denied to create role"),
    ):
        create_roles(connection, ["test_other"], None)
