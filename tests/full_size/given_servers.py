"""Servers that are there already, for tests that need nothing but their address.

Variables of the environment name them, as in CI, where they are service containers:

    TRADESTREAM_TEST_KAFKA                 127.0.0.1:9092
    TRADESTREAM_TEST_INFLUXDB              influxdb://127.0.0.1:8086/tradestream/candles
    TRADESTREAM_TEST_INFLUXDB_TOKEN_FILE   file of a token that may do everything
    TRADESTREAM_TEST_POSTGRES              postgresql://postgres@127.0.0.1:5432
    TRADESTREAM_TEST_REDIS                 redis://127.0.0.1:6379/0

Tests empty them: they must be for tests alone.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from tradestream.errors import ConfigurationError
from tradestream.local.full_size.influxdb_server import InfluxDBServer
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.local.postgres_server import PostgresServer
from tradestream.local.valkey_server import ValkeyServer

_PREFIX = "TRADESTREAM_TEST_"
_NOWHERE = Path(os.devnull)


@dataclass(frozen=True, slots=True)
class GivenKafka(KafkaServer):
    """A broker somewhere; it is neither started nor stopped here."""

    address: str = ""

    @property
    def bootstrap(self) -> str:
        """Its address."""
        return self.address


@dataclass(frozen=True, slots=True)
class GivenInfluxDB(InfluxDBServer):
    """An InfluxDB somewhere; it is neither started nor stopped here."""

    address: str = ""

    @property
    def url(self) -> str:
        """Its URL, with organization and bucket."""
        return self.address


@dataclass(frozen=True, slots=True)
class GivenPostgres(PostgresServer):
    """A PostgreSQL somewhere, without a password."""

    address: str = ""

    def url(self, database: str = "postgres") -> str:
        """Return the URL of a database in it."""
        return f"{self.address}/{database}"


@dataclass(frozen=True, slots=True)
class GivenRedis(ValkeyServer):
    """A Redis somewhere, without a password."""

    address: str = ""

    def url(self) -> str:
        """Return its URL."""
        return self.address


def kafka() -> GivenKafka | None:
    """Return the broker that the environment names, None when it names none."""
    address = _named("KAFKA")
    return GivenKafka(_NOWHERE, address=address) if address else None


def influxdb() -> GivenInfluxDB | None:
    """Return the InfluxDB that the environment names, None when it names none.

    Raises:
        ConfigurationError: If no file of its token is named.
    """
    address, token = _named("INFLUXDB"), _named("INFLUXDB_TOKEN_FILE")
    if not address:
        return None
    if not token:
        raise ConfigurationError(
            f"{_PREFIX}INFLUXDB_TOKEN_FILE is required beside {_PREFIX}INFLUXDB,"
            " was missing"
        )
    return GivenInfluxDB(_NOWHERE, 0, _NOWHERE, Path(token), address=address)


def postgres() -> GivenPostgres | None:
    """Return the PostgreSQL that the environment names, None when it names none."""
    address = _named("POSTGRES").rstrip("/")
    return GivenPostgres(_NOWHERE, 0, _NOWHERE, address=address) if address else None


def redis() -> GivenRedis | None:
    """Return the Redis that the environment names, None when it names none."""
    address = _named("REDIS")
    return GivenRedis(_NOWHERE, 0, _NOWHERE, address=address) if address else None


def _named(name: str) -> str:
    return os.environ.get(_PREFIX + name, "")
