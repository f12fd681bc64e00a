"""Roles on a real server: made once, granted what is declared, and held to it."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tradestream.errors import ConfigurationError
from tradestream.postgres import connect, transaction
from tradestream.roles.create import create_roles
from tradestream.roles.declared import EVERY_TABLE, OWNER, DeclaredRole, role_of
from tradestream.roles.grants import grant_declared
from tradestream.testing.room_roles import drop_roles, login, room_roles
from tradestream.testing.servers import Databases

pytestmark = pytest.mark.integration

WRITER, READER = "test_writer", "test_reader"
DECLARED = [
    DeclaredRole(
        WRITER,
        {
            "outbox": frozenset({"select", "insert"}),
            "strategies": frozenset({"insert"}),
        },
    ),
    DeclaredRole(READER, {EVERY_TABLE: frozenset({"select"})}),
]


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    """Return a migrated database; its roles, which a server shares, go at the end."""
    url = databases.create()
    yield url
    drop_roles(url, [WRITER, READER, OWNER])
    databases.drop(url)


@pytest.fixture
def prepared(url: str) -> Iterator[str]:
    """Return a database whose rooms have their roles and privileges."""
    with room_roles(url, DECLARED) as changed:
        assert changed > len(DECLARED)
        yield url


def attempt(url: str, room: str, statement: str) -> None:
    with closing(login(url, room)) as connection, transaction(connection) as cursor:
        cursor.execute(statement)


def test_a_role_may_do_what_is_declared(prepared: str) -> None:
    attempt(prepared, WRITER, "SELECT FROM outbox")
    attempt(prepared, READER, "SELECT FROM strategies")


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
def test_a_role_may_do_nothing_else(prepared: str, room: str, statement: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        attempt(prepared, room, statement)

    assert str(caught.value).startswith(f"the role {role_of(room)} lacks a privilege")


def test_what_is_declared_no_longer_is_taken_away(prepared: str) -> None:
    less = {**DECLARED[0].tables, "outbox": frozenset({"select"})}
    fewer = [DeclaredRole(WRITER, less), DECLARED[1]]

    with closing(login(prepared, OWNER)) as owner:
        assert grant_declared(owner, fewer) == 1
        assert grant_declared(owner, fewer) == 0

    with pytest.raises(ConfigurationError, match="permission denied"):
        attempt(prepared, WRITER, "INSERT INTO outbox DEFAULT VALUES")


@pytest.mark.usefixtures("prepared")
def test_one_user_for_all_lets_nobody_elses_roles_in(databases: Databases) -> None:
    other = databases.create()

    with closing(connect(other)) as connection:
        assert grant_declared(connection, DECLARED) == 0

    with pytest.raises(ConfigurationError, match="permission denied"):
        attempt(other, READER, "SELECT FROM strategies")
    databases.drop(other)


def test_roles_are_made_once_with_the_passwords_of_their_files(
    url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "passwords"
    with closing(connect(url)) as admin:
        first = create_roles(admin, DECLARED[:1], folder)
        second = create_roles(admin, DECLARED[:1], folder)

        stored = password_of(url, WRITER)
    assert [(made.room, made.is_new, made.password) for made in first] == [
        (OWNER, True, "made"),
        (WRITER, True, "made"),
    ]
    assert [(made.is_new, made.password) for made in second] == [(False, "file")] * 2
    assert (folder / WRITER).stat().st_mode & 0o077 == 0
    assert len((folder / WRITER).read_text()) >= 32
    assert stored.startswith("SCRAM-SHA-256$")


def test_a_password_that_others_use_is_changed_only_when_that_is_meant(
    url: str, tmp_path: Path
) -> None:
    with closing(connect(url)) as admin:
        create_roles(admin, DECLARED, tmp_path / "first")
        before = password_of(url, WRITER)

        with pytest.raises(ConfigurationError, match="--new_passwords draws new ones"):
            create_roles(admin, DECLARED, tmp_path / "other")

        assert password_of(url, WRITER) == before
        create_roles(admin, DECLARED, tmp_path / "other", draw_again=True)
    assert password_of(url, WRITER) != before


def test_an_empty_password_file_makes_no_role(url: str, tmp_path: Path) -> None:
    (tmp_path / WRITER).touch()

    with (
        closing(connect(url)) as admin,
        pytest.raises(ConfigurationError, match="a secret is required in"),
    ):
        create_roles(admin, DECLARED, tmp_path)

    with pytest.raises(ConfigurationError, match="does not exist"):
        login(url, WRITER)


def test_tables_of_others_stay_theirs(url: str) -> None:
    with closing(connect(url)) as admin:
        with transaction(admin) as cursor:
            cursor.execute("CREATE TABLE another_team ()")

        create_roles(admin, DECLARED, None)
        with closing(login(url, OWNER)) as owner:
            grant_declared(owner, DECLARED)

        with transaction(admin) as cursor:
            cursor.execute(
                "SELECT tablename, tableowner = %s FROM pg_tables"
                " WHERE tablename IN ('another_team', 'outbox') ORDER BY 1",
                (role_of(OWNER),),
            )
            assert cursor.fetchall() == [("another_team", False), ("outbox", True)]


def test_an_administrator_need_not_be_a_superuser_and_keeps_access(url: str) -> None:
    name = url.rpartition("/")[2]
    with closing(connect(url)) as admin, transaction(admin) as cursor:
        cursor.execute(f"CREATE ROLE {role_of(WRITER)} LOGIN CREATEROLE")
        cursor.execute(f"ALTER DATABASE {name} OWNER TO {role_of(WRITER)}")
        for table in ("outbox", "schema_migrations"):
            cursor.execute(f"ALTER TABLE {table} OWNER TO {role_of(WRITER)}")
    declared = [DeclaredRole(READER, {"outbox": frozenset({"select"})})]

    with closing(login(url, WRITER)) as connection:
        made = create_roles(connection, declared, None)

        with transaction(connection) as cursor:
            cursor.execute("SELECT FROM outbox")
    assert [one.is_new for one in made] == [True, True]


def test_who_may_not_make_roles_is_told(prepared: str) -> None:
    other = [DeclaredRole("test_other", {"outbox": frozenset({"select"})})]
    with (
        closing(login(prepared, WRITER)) as connection,
        pytest.raises(ConfigurationError) as caught,
    ):
        create_roles(connection, other, None)

    assert str(caught.value).startswith("a role that may make roles and owns database")
    assert f"was {role_of(WRITER)}: permission denied" in str(caught.value)


def password_of(url: str, room: str) -> str:
    """Return what the server keeps of a password."""
    with closing(connect(url)) as admin, transaction(admin) as cursor:
        cursor.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = %s", (role_of(room),)
        )
        ((stored,),) = cursor.fetchall()
    return str(stored)
