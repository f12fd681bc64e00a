"""What is wrong with topics and messages is said, and nothing is lost in silence."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource

from tests.full_size.kafka_world import make, topics
from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.port import Message
from tradestream.errors import (
    ConfigurationError,
    OversizedMessageError,
    UnavailableError,
)
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing.bus_contract import gathered, messages, numbers
from tradestream.testing.servers import temporary_folder

LIMIT = 100_000


@pytest.fixture
def admin(kafka: KafkaServer) -> Iterator[KafkaAdminClient]:
    """Return who may change the topic `t`."""
    with topics(kafka, {"t": 1}) as client:
        yield client


@pytest.fixture
def bus(kafka: KafkaServer, admin: KafkaAdminClient) -> Iterator[KafkaBus]:
    """Return the bus."""
    del admin
    with closing(KafkaBus(kafka.url, times=KafkaTimes(join=1.0))) as opened:
        yield opened


@pytest.mark.parametrize(
    "use",
    [
        lambda bus: bus.publish("missing", messages(1)),
        lambda bus: bus.consumer("missing", "g"),
        lambda bus: bus.lag("missing", "g"),
        lambda bus: bus.newest("missing", 1),
    ],
    ids=["publish", "consumer", "lag", "newest"],
)
def test_a_missing_topic_names_the_command_that_makes_it(
    bus: KafkaBus, use: Callable[[KafkaBus], object]
) -> None:
    with pytest.raises(
        ConfigurationError,
        match="has no topic missing; `tradestream topics apply` makes it",
    ):
        use(bus)


def test_a_message_that_is_too_large_is_named_with_the_limit(
    bus: KafkaBus, admin: KafkaAdminClient
) -> None:
    limit = {"max.message.bytes": str(LIMIT)}
    admin.alter_configs([ConfigResource("topic", "t", limit)])
    large = Message("k", os.urandom(2 * LIMIT))

    with pytest.raises(
        OversizedMessageError,
        match=rf"at most {LIMIT} bytes is required by t, was {2 * LIMIT} bytes",
    ):
        bus.publish("t", [large])
    bus.publish("t", messages(2))

    assert numbers(bus.newest("t", 10)) == [0, 1]


@pytest.mark.parametrize("count", [40, 200])
def test_a_batch_beyond_the_limit_of_small_messages_arrives(
    bus: KafkaBus, admin: KafkaAdminClient, count: int
) -> None:
    limit = {"max.message.bytes": str(20_000)}
    admin.alter_configs([ConfigResource("topic", "t", limit)])
    sent = [Message("k", os.urandom(1_000)) for _ in range(count)]

    bus.publish("t", sent)

    assert [record.message.value for record in bus.newest("t", 2 * count)] == [
        message.value for message in sent
    ]


def test_what_follows_a_message_that_is_too_large_is_published(
    bus: KafkaBus, admin: KafkaAdminClient
) -> None:
    limit = {"max.message.bytes": str(20_000)}
    admin.alter_configs([ConfigResource("topic", "t", limit)])
    small = [Message("k", os.urandom(1_000)) for _ in range(5)]

    with pytest.raises(OversizedMessageError):
        bus.publish("t", [*small, Message("k", os.urandom(30_000))])
    bus.publish("t", small)

    assert bus.newest("t", 1)[0].message.value == small[-1].value


def test_a_large_message_that_fits_arrives(
    bus: KafkaBus, admin: KafkaAdminClient
) -> None:
    limit = {"max.message.bytes": str(16 << 20)}
    admin.alter_configs([ConfigResource("topic", "t", limit)])
    large = Message("k", os.urandom(12 << 20), {"type": "t"})

    bus.publish("t", [large])

    with closing(bus.consumer("t", "g")) as consumer:
        (record,) = gathered(consumer, 1)
    assert record.message == large


def test_an_unknown_compression_is_named(
    bus: KafkaBus, admin: KafkaAdminClient
) -> None:
    foreign = {"compression.type": "zstd"}
    admin.alter_configs([ConfigResource("topic", "t", foreign)])
    bus.publish("t", messages(3))

    with (
        closing(bus.consumer("t", "g")) as consumer,
        pytest.raises(ConfigurationError, match="cannot poll t: unknown compression"),
    ):
        gathered(consumer, 1)

    assert bus.lag("t", "g") == 3


def test_a_broker_that_goes_away_is_waited_for_within_a_bound() -> None:
    with ExitStack() as stack:
        server = KafkaServer(stack.enter_context(temporary_folder("kafka")))
        stack.callback(server.stop)
        server.start()
        make(server, {"t": 1}).close()
        patient = stack.enter_context(closing(KafkaBus(server.url)))
        hasty = stack.enter_context(
            closing(KafkaBus(server.url, times=KafkaTimes(retry=2.0, join=1.0)))
        )
        for bus in (patient, hasty):
            bus.publish("t", messages(1))
        consumer = stack.enter_context(closing(hasty.consumer("t", "g")))
        assert len(gathered(consumer, 2)) == 2

        server.kill()
        where = f"kafka at {server.bootstrap} did not"
        with pytest.raises(UnavailableError, match=f"{where} publish to t: "):
            hasty.publish("t", messages(1))
        with pytest.raises(UnavailableError, match=f"{where} say how long"):
            hasty.lag("t", "g")
        with pytest.raises(UnavailableError, match=where):
            consumer.poll(1, 0)
        with pytest.raises(UnavailableError, match=f"{where} answer: "):
            KafkaBus(server.url, times=KafkaTimes(connect=1.0))
        server.start()

        patient.publish("t", messages(1, 1))
        assert numbers(patient.newest("t", 1)) == [1]
