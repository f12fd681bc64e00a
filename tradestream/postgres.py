"""PostgreSQL with our errors: what may pass is UnavailableError, the rest is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn
from urllib.parse import urlsplit

import psycopg2
import psycopg2.errors
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from tradestream.errors import ConfigurationError, UnavailableError

CONNECT_TIMEOUT_SECONDS = 5

# libpq gives no SQLSTATE for a refused connection: only its text tells them apart.
_REFUSED_FOR_GOOD = (
    "password authentication failed",
    "no password supplied",
    "fe_sendauth",
    "pg_hba.conf",
    "does not exist",
    "invalid connection option",
    "invalid URI",
    "invalid integer value",
)


def connect(
    url: str, password: str | None = None, *, application: str = "tradestream"
) -> Connection:
    """Connect to a database; times come back in UTC.

    Args:
        url: Such as `postgresql://user@host:5432/name`, without a password.
        password: The password, None where the server trusts.
        application: Name shown in `pg_stat_activity`.

    Raises:
        UnavailableError: If the server does not answer.
        ConfigurationError: If it answers that it will never let us in.
    """
    try:
        return psycopg2.connect(
            url,
            password=password,
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            application_name=application,
            options="-c TimeZone=UTC",
        )
    except psycopg2.OperationalError as error:
        _explain(url, error)
    except psycopg2.ProgrammingError as error:
        raise ConfigurationError(
            f"a database URL is required, was {_where(url)}: {_line(error)}"
        ) from error


@contextmanager
def transaction(connection: Connection) -> Iterator[Cursor]:
    """Yield a cursor; commit at the end, roll back when anything is raised.

    Raises:
        UnavailableError: If the server went away, was stopped, or gave up on a
            deadlock, or nobody has made the tables yet; nothing was committed unless
            the commit itself was cut off.
        ConfigurationError: If our role may not do what it tried.
    """
    try:
        with connection, connection.cursor() as cursor:
            yield cursor
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        raise UnavailableError(f"postgres went away: {_line(error)}") from error
    except psycopg2.errors.UndefinedTable as error:
        if _has_tables(connection):
            raise  # a wrong statement
        raise UnavailableError(
            "tables are required, was a database without them: run database_migrator"
        ) from error
    except psycopg2.errors.InsufficientPrivilege as error:
        user = connection.info.user
        raise ConfigurationError(
            f"the role {user} lacks a privilege: {_line(error)}; database_migrator, "
            "run as its own role, grants what platform/postgres/roles.yaml declares"
        ) from error


def _has_tables(connection: Connection) -> bool:
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.schema_migrations') IS NOT NULL")
        ((found,),) = cursor.fetchall()
    return bool(found)


def _explain(url: str, error: psycopg2.OperationalError) -> NoReturn:
    line = _line(error)
    if any(words in line for words in _REFUSED_FOR_GOOD):
        raise ConfigurationError(
            f"postgres at {_where(url)} refused: {line}"
        ) from error
    raise UnavailableError(
        f"postgres at {_where(url)} did not answer: {line}"
    ) from error


def _where(url: str) -> str:
    parts = urlsplit(url)
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.hostname}{port}{parts.path}"


def _line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].split("failed: ", 1)[-1]
