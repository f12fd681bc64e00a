"""The contracts of bus and candle store on Redis and PostgreSQL, given or own.

`make test` runs the same on the servers of the small size; here they may be those of
official images, which CI names in the environment.
"""

from collections.abc import Iterator

import pytest

from tests.full_size import given_servers
from tradestream.candle_store.postgres_store import PostgresCandleStore
from tradestream.errors import ConfigurationError
from tradestream.postgres import connect as connect_postgres
from tradestream.testing.bus_contract import BusContract, OpenBus
from tradestream.testing.candle_store_contract import CandleStoreContract
from tradestream.testing.redis_buses import redis_buses

pytestmark = pytest.mark.integration


@pytest.fixture
def open_bus(redis_url: str) -> Iterator[OpenBus]:
    with redis_buses(redis_url) as open_it:
        yield open_it


@pytest.fixture
def store(postgres_url: str) -> Iterator[PostgresCandleStore]:
    store = PostgresCandleStore(lambda: connect_postgres(postgres_url))
    yield store
    store.close()


class TestRedisStreamsBus(BusContract):
    """The contract."""


class TestPostgresCandleStore(CandleStoreContract):
    """The contract."""


def test_servers_are_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRADESTREAM_TEST_KAFKA", "broker:9092")
    monkeypatch.setenv("TRADESTREAM_TEST_INFLUXDB", "influxdb://host:8086/org/bucket")
    monkeypatch.setenv("TRADESTREAM_TEST_INFLUXDB_TOKEN_FILE", "token")
    monkeypatch.setenv("TRADESTREAM_TEST_POSTGRES", "postgresql://somebody@host:5432/")
    monkeypatch.setenv("TRADESTREAM_TEST_REDIS", "redis://host:6379/1")

    kafka, influxdb = given_servers.kafka(), given_servers.influxdb()
    postgres, redis = given_servers.postgres(), given_servers.redis()

    assert kafka is not None
    assert influxdb is not None
    assert postgres is not None
    assert redis is not None
    assert kafka.url == "kafka://broker:9092"
    assert influxdb.url == "influxdb://host:8086/org/bucket"
    assert str(influxdb.token_file) == "token"
    assert postgres.url("one") == "postgresql://somebody@host:5432/one"
    assert redis.url() == "redis://host:6379/1"


def test_an_influxdb_without_a_token_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRADESTREAM_TEST_INFLUXDB", "influxdb://host:8086/org/bucket")
    monkeypatch.delenv("TRADESTREAM_TEST_INFLUXDB_TOKEN_FILE", raising=False)

    with pytest.raises(ConfigurationError, match="_TOKEN_FILE is required"):
        given_servers.influxdb()
