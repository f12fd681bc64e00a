"""Fixtures for all tests: real servers, started when the first test asks for them."""

import signal
import threading
from collections.abc import Iterator

import pytest
from psycopg2.extensions import connection as Connection

from tradestream.bus.memory import MemoryBus
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.local.postgres_server import PostgresServer
from tradestream.local.valkey_server import ValkeyServer
from tradestream.postgres import connect as connect_postgres
from tradestream.redis import Redis
from tradestream.redis import connect as connect_redis
from tradestream.testing import servers


def pytest_sessionstart() -> None:
    """Let SIGTERM end a session as Ctrl-C does, so that servers are stopped."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Return a running PostgreSQL; databases of tests live in it."""
    with servers.postgres_server() as server:
        yield server


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    """Return a running Valkey without a password."""
    with servers.valkey_server() as server:
        yield server


@pytest.fixture(scope="session")
def databases(postgres_server: PostgresServer) -> Iterator[servers.Databases]:
    """Return what makes fresh databases, for a test that needs more than one."""
    made = servers.Databases(postgres_server)
    yield made
    made.close()


@pytest.fixture
def postgres_url(databases: servers.Databases) -> Iterator[str]:
    """Return the URL of a fresh database with all migrations; no password needed."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Connection]:
    """Return an open connection to the database of `postgres_url`."""
    connection = connect_postgres(postgres_url)
    yield connection
    connection.close()


@pytest.fixture
def redis_url(valkey_server: ValkeyServer) -> Iterator[str]:
    """Return the URL of an empty Redis; no password needed."""
    url = valkey_server.url()
    client = connect_redis(url)
    client.flushall()
    yield url
    client.close()


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[Redis]:
    """Return a client of the Redis of `redis_url`, with answers as text."""
    client = connect_redis(redis_url)
    yield client
    client.close()


@pytest.fixture
def bus() -> MemoryBus:
    """Return an empty bus in memory."""
    return MemoryBus()


@pytest.fixture
def redis_bus(redis_url: str) -> Iterator[RedisStreamsBus]:
    """Return a bus on the Redis of `redis_url`."""
    opened = RedisStreamsBus.open(redis_url)
    yield opened
    opened.close()
