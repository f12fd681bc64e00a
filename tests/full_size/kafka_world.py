"""What tests on a real broker share: topics that go again, and patience."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from kafka import KafkaAdminClient
from kafka.errors import KafkaError, RetriableError

from tradestream.bus.kafka_bus import KafkaBus
from tradestream.bus.kafka_consumer import KafkaConsumer
from tradestream.bus.kafka_repairs import forget_coordinator
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.port import Bus, Message
from tradestream.local.full_size.kafka_server import KafkaServer
from tradestream.testing.bus_contract import OpenBus

WITHIN_SECONDS = 120.0
SHORTEST_SESSION = 6.0
"""Seconds; what a broker takes at least, unless told otherwise."""
_STEP_SECONDS = 0.05


def make(
    server: KafkaServer, wanted: Mapping[str, int], *, replication: int = 1
) -> KafkaAdminClient:
    """Make topics with that many partitions; return who may change them."""
    admin = KafkaAdminClient(bootstrap_servers=server.bootstrap)
    admin.create_topics(
        {
            name: {"num_partitions": count, "replication_factor": replication}
            for name, count in wanted.items()
        },
        wait_for_metadata=True,
    )
    wait_until(lambda: _has_groups(admin), "groups can be formed")
    return admin


class WatchedBus(KafkaBus):
    """A bus that closes the consumers that a test leaves behind.

    Args:
        url: Where the brokers are.
        times: Bounds of patience.
        published: Called when something was published.
    """

    def __init__(
        self, url: str, times: KafkaTimes, published: Callable[[], None]
    ) -> None:
        super().__init__(url, times=times)
        self._published = published
        self._consumers: list[KafkaConsumer] = []

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Publish, and say so."""
        super().publish(topic, messages)
        self._published()

    def consumer(
        self, topic: str, group: str, *, member: str = "main"
    ) -> KafkaConsumer:
        """Join `group`, and remember it."""
        self._consumers.append(super().consumer(topic, group, member=member))
        return self._consumers[-1]

    def close(self) -> None:
        """Leave all groups, then give back all connections."""
        for consumer in self._consumers:
            consumer.close()
        super().close()


@contextmanager
def contract_buses(
    server: KafkaServer,
    *,
    replication: int = 1,
    join: float = 1.0,
    published: Callable[[], None] = lambda: None,
) -> Iterator[OpenBus]:
    """Have what opens buses for the contract; they and their topics go afterwards.

    Topics have one partition: the order of that one is the order of all.
    """
    buses: list[WatchedBus] = []

    def open_it(takeover_seconds: float) -> Bus:
        # To take over at once means from a member that is stuck: it has a second.
        stuck = max(1.0, min(takeover_seconds, KafkaTimes().max_poll))
        times = KafkaTimes(join=join, session=SHORTEST_SESSION, max_poll=stuck)
        buses.append(WatchedBus(server.url, times, published))
        return buses[-1]

    with topics(server, {"t": 1, "new": 1, "t.dlq": 1}, replication=replication):
        yield open_it
        for bus in buses:
            bus.close()


@contextmanager
def topics(
    server: KafkaServer, wanted: Mapping[str, int], *, replication: int = 1
) -> Iterator[KafkaAdminClient]:
    """Have topics with that many partitions; topics and groups go afterwards."""
    admin = make(server, wanted, replication=replication)
    try:
        yield admin
    finally:
        wait_until(lambda: _no_groups(server), "nobody is in a group")
        wait_until(lambda: _no_topics(server, wanted), "topics are gone")
        admin.close()


def _has_groups(admin: KafkaAdminClient) -> bool:
    """Whether the topic of offsets is there, that the first group needs."""
    try:
        admin.list_group_offsets({"any": []})
    except RetriableError:
        forget_coordinator(admin, "any")
        return False
    return True


def _no_groups(server: KafkaServer) -> bool:
    try:
        with _admin(server) as admin:
            groups = [found["group_id"] for found in admin.list_groups()]
            if groups:
                admin.delete_groups(groups)
    except KafkaError:  # a broker has died
        return False
    return not groups


def _no_topics(server: KafkaServer, names: Iterable[str]) -> bool:
    try:
        with _admin(server) as admin:
            left = {*names} & {*admin.list_topics()}
            if left:
                admin.delete_topics(sorted(left))
    except KafkaError:  # a broker has died, or they are going already
        return False
    return not left


def _admin(server: KafkaServer) -> "closing[KafkaAdminClient]":
    """Return a new client: an old one asks brokers that have died meanwhile."""
    return closing(KafkaAdminClient(bootstrap_servers=server.bootstrap))


def wait_until(reached: Callable[[], bool], what: str) -> None:
    """Wait for something that must come about."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not reached():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(_STEP_SECONDS)
