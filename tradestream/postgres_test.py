"""Connections and transactions of PostgreSQL, with our errors."""

import os
import signal
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from tradestream import outbox
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.postgres import connect, transaction
from tradestream.testing.servers import Databases, postgres_server

pytestmark = pytest.mark.integration

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_times_come_back_in_utc(postgres: Connection) -> None:
    with transaction(postgres) as cursor:
        cursor.execute("SELECT '2026-01-31T14:00:00+02:00'::timestamptz")
        row = cursor.fetchone()

    assert row == (NOW,)
    assert row[0].utcoffset() == timedelta()


def fail_after(connection: Connection, work: Callable[[Cursor], None]) -> None:
    with transaction(connection) as cursor:
        work(cursor)
        raise RuntimeError("after the work")


def test_a_block_that_raises_leaves_nothing(postgres: Connection) -> None:
    with pytest.raises(RuntimeError):
        fail_after(postgres, lambda c: c.execute("CREATE TABLE half (id int)"))

    with transaction(postgres) as cursor:
        cursor.execute("SELECT to_regclass('half')")
        assert cursor.fetchone() == (None,)


def test_says_that_no_server_is_there() -> None:
    with pytest.raises(UnavailableError, match=r"postgres at 127\.0\.0\.1:9/x did not"):
        connect("postgresql://user@127.0.0.1:9/x")


def test_a_missing_database_is_not_worth_a_retry(postgres_url: str) -> None:
    with pytest.raises(ConfigurationError, match="does not exist"):
        connect(postgres_url + "_none")


def test_a_url_that_is_none_is_not_worth_a_retry() -> None:
    with pytest.raises(ConfigurationError, match="a database URL is required"):
        connect("postgresql://user@127.0.0.1:9/x?no_such_option=1")


def ask_for_ever(connection: Connection) -> None:
    with transaction(connection) as cursor:
        while True:
            cursor.execute("SELECT 1")


def test_a_server_that_ends_in_a_transaction_is_unavailable() -> None:
    with postgres_server() as server:
        connection = connect(server.url("postgres"))
        os.kill(server.start().pid, signal.SIGINT)
        with pytest.raises(UnavailableError):
            ask_for_ever(connection)


def test_a_terminated_session_is_unavailable(postgres_url: str) -> None:
    victim, other = connect(postgres_url), connect(postgres_url)
    with transaction(other) as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", (victim.info.backend_pid,))

    with pytest.raises(UnavailableError), transaction(victim) as cursor:
        cursor.execute("SELECT 1")

    victim.close()
    other.close()


def test_a_wrong_statement_stays_a_bug(postgres: Connection) -> None:
    with pytest.raises(psycopg2.errors.UndefinedTable), transaction(postgres) as cursor:
        cursor.execute("SELECT * FROM no_such_table")


def test_a_database_without_tables_is_one_that_is_not_ready(
    databases: Databases,
) -> None:
    connection = connect(databases.server.url("template1"))

    with (
        pytest.raises(UnavailableError, match="run database_migrator"),
        transaction(connection) as cursor,
    ):
        cursor.execute("SELECT FROM strategies")

    connection.close()


def some(count: int) -> list[Message]:
    return [Message("k", bytes([n]), {"type": "t"}) for n in range(count)]


def test_the_outbox_publishes_once_and_in_order(
    postgres: Connection, bus: MemoryBus
) -> None:
    with transaction(postgres) as cursor:
        outbox.add(cursor, "room", "topic", some(3), NOW)
        outbox.add(cursor, "other", "topic", some(9), NOW)

    first = outbox.publish_waiting(postgres, bus, "room", NOW)
    second = outbox.publish_waiting(postgres, bus, "room", NOW)

    assert (first, second) == (3, 0)
    assert bus.topics["topic"] == some(3)


def test_the_outbox_keeps_what_was_rolled_back_to_itself(
    postgres: Connection, bus: MemoryBus
) -> None:
    with pytest.raises(RuntimeError):
        fail_after(postgres, lambda c: outbox.add(c, "room", "topic", some(3), NOW))

    assert outbox.publish_waiting(postgres, bus, "room", NOW) == 0


class BrokenBus(MemoryBus):
    """A bus that takes messages and then fails to say so."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        super().publish(topic, messages)
        raise UnavailableError("bus did not answer")


def test_the_outbox_keeps_what_was_not_answered(
    postgres: Connection, bus: MemoryBus
) -> None:
    with transaction(postgres) as cursor:
        outbox.add(cursor, "room", "topic", some(2), NOW)

    with pytest.raises(UnavailableError):
        outbox.publish_waiting(postgres, BrokenBus(), "room", NOW)

    assert outbox.publish_waiting(postgres, bus, "room", NOW) == 2
