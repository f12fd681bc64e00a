"""The bus on Redis Streams keeps the contract, and what is its own, on a server."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tradestream.bus.factory import open_bus as open_bus_at
from tradestream.bus.port import Bus, Message
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.redis import Redis, connect
from tradestream.testing.bus_contract import (
    NEVER,
    BusContract,
    OpenBus,
    messages,
    numbers,
)
from tradestream.testing.redis_buses import redis_buses
from tradestream.testing.servers import valkey_server as run_valkey

pytestmark = pytest.mark.integration


@pytest.fixture
def open_bus(redis_url: str) -> Iterator[OpenBus]:
    with redis_buses(redis_url) as open_it:
        yield open_it


class TestRedisStreamsBus(BusContract):
    """The contract."""


def small(redis_url: str, keep: int) -> RedisStreamsBus:
    return RedisStreamsBus(connect(redis_url, text=False), keep=keep)


def read_all(bus: Bus, group: str, size: int = 50) -> int:
    consumer = bus.consumer("t", group)
    read = 0
    while records := consumer.poll(size, 0):
        consumer.commit(records)
        read += len(records)
    return read


def test_trims_what_every_group_has_acknowledged(redis_url: str) -> None:
    bus = small(redis_url, keep=100)
    for _ in range(5):
        bus.publish("t", messages(1000))
        assert read_all(bus, "g") == 1000

    assert len(bus.newest("t", 5000)) < 2000
    assert bus.lag("t", "g") == 0
    bus.close()


def test_never_trims_what_a_slow_group_has_not_acknowledged(redis_url: str) -> None:
    bus = small(redis_url, keep=10)
    bus.publish("t", messages(2000))
    slow = bus.consumer("t", "slow")
    held = slow.poll(1, 0)
    slow.commit(slow.poll(500, 0))

    assert read_all(bus, "fast", 20) == 2000

    assert bus.lag("t", "slow") == 1500
    assert read_all(bus, "slow") == 1 + 1499
    assert numbers(held) == [0]
    bus.close()


def test_keeps_dead_letters_and_streams_that_nobody_reads(redis_url: str) -> None:
    bus = small(redis_url, keep=10)

    bus.publish("t.dlq", messages(500))
    bus.publish("unread", messages(500))

    assert len(bus.newest("t.dlq", 1000)) == 500
    assert len(bus.newest("unread", 1000)) == 500
    bus.close()


def test_what_must_be_taken_waits_for_its_group_however_old(
    redis_url: str, redis_client: Redis
) -> None:
    bus = small(redis_url, keep=10)
    for topic in (DISCOVERY_REQUESTS, "unread"):
        for number in range(500):  # entries of 1970
            fields: dict[str, str | bytes] = {"key": "k", "value": str(number)}
            redis_client.xadd(topic, fields, id=f"{number + 1}-0")  # type: ignore[arg-type]
        bus.publish(topic, messages(1))

    assert bus.lag(DISCOVERY_REQUESTS, "not made yet") == 501
    assert bus.lag("unread", "not made yet") < 501
    bus.close()


def test_counts_lag_when_the_server_lost_count(
    redis_url: str, redis_client: Redis
) -> None:
    bus = small(redis_url, keep=10)
    bus.publish("t", messages(30))
    consumer = bus.consumer("t", "g")
    consumer.commit(consumer.poll(10, 0))
    redis_client.xdel("t", bus.newest("t", 5)[0].position)

    assert bus.lag("t", "g") == 19
    bus.close()


def test_goes_on_after_somebody_emptied_the_server(
    redis_url: str, redis_client: Redis
) -> None:
    bus = small(redis_url, keep=10)
    consumer = bus.consumer("t", "g")
    redis_client.flushall()
    bus.publish("t", messages(2))

    assert numbers(consumer.poll(10, 0)) == [0, 1]
    bus.close()


def test_a_foreign_entry_is_a_record_without_a_type(
    redis_url: str, redis_client: Redis
) -> None:
    redis_client.xadd("t", {"hello": "world"})
    bus = small(redis_url, keep=10)

    (record,) = bus.consumer("t", "g").poll(10, 0)

    assert record.message == Message("", b"", {})
    bus.close()


def test_a_killed_server_loses_nothing_that_was_answered() -> None:
    with run_valkey() as server:
        bus = RedisStreamsBus.open(server.url())
        bus.publish("t", messages(5000))
        consumer = bus.consumer("t", "g")
        consumer.commit(consumer.poll(1000, 0))
        consumer.poll(10, 0)

        os.kill(server.start().pid, signal.SIGKILL)
        with pytest.raises(UnavailableError, match="redis did not answer"):
            bus.publish("t", messages(1))
        server.stop()
        server.start()

        assert bus.lag("t", "g") == 4000
        again = RedisStreamsBus.open(server.url()).consumer("t", "g")
        assert numbers(again.poll(100, 0)) == list(range(1000, 1010))
        assert numbers(again.poll(1, 0)) == [1010]
        bus.close()


def test_a_consumer_goes_on_when_the_server_is_back() -> None:
    with run_valkey() as server:
        bus = RedisStreamsBus.open(server.url())
        bus.publish("t", messages(3))
        consumer = bus.consumer("t", "g")
        server.stop()
        with pytest.raises(UnavailableError):
            consumer.poll(10, 0.01)
        with pytest.raises(UnavailableError):
            bus.lag("t", "g")
        server.start()

        assert numbers(consumer.poll(10, 0)) == [0, 1, 2]
        bus.close()


def test_says_that_no_server_is_there() -> None:
    with pytest.raises(UnavailableError, match=r"redis at 127\.0\.0\.1:9: .*refused"):
        open_bus_at("redis://127.0.0.1:9/0")


def test_a_wrong_password_is_not_worth_a_retry(tmp_path: Path) -> None:
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text("correct horse\n".replace(" ", "-"))
    wrong.write_text("battery")

    with run_valkey(right) as server:
        open_bus_at(server.url(), right).close()
        with pytest.raises(ConfigurationError, match="refused the password"):
            open_bus_at(server.url(), wrong)
        with pytest.raises(ConfigurationError, match="refused the password"):
            open_bus_at(server.url())


def test_a_missing_password_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="readable secret file is required"):
        open_bus_at("redis://127.0.0.1:9/0", tmp_path / "none")


def test_refuses_a_bus_it_does_not_know() -> None:
    with pytest.raises(ConfigurationError, match=r"was amqp://"):
        open_bus_at("amqp://host")


def test_a_takeover_does_not_return_what_is_in_hand(redis_url: str) -> None:
    bus = RedisStreamsBus(connect(redis_url, text=False), takeover_seconds=0)
    bus.publish("t", messages(2))
    consumer = bus.consumer("t", "g")

    assert numbers(consumer.poll(1, 0)) == [0]
    assert numbers(consumer.poll(9, 0)) == [1]
    assert consumer.poll(9, 0) == []
    bus.close()


def test_polls_are_bounded_in_time(redis_url: str) -> None:
    bus = RedisStreamsBus(connect(redis_url, text=False), takeover_seconds=NEVER)

    assert bus.consumer("t", "g").poll(9, 0.05) == []
    bus.close()
