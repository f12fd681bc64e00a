"""What tests on a real broker share: topics that go again, and patience."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from kafka import KafkaAdminClient
from kafka.errors import RetriableError

from tradestream.local.full_size.kafka_server import KafkaServer

WITHIN_SECONDS = 120.0
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


@contextmanager
def topics(
    server: KafkaServer, wanted: Mapping[str, int]
) -> Iterator[KafkaAdminClient]:
    """Have topics with that many partitions; topics and groups go afterwards."""
    admin = make(server, wanted)
    try:
        yield admin
    finally:
        wait_until(lambda: _no_groups(admin), "nobody is in a group")
        admin.delete_topics(list(wanted))
        wait_until(lambda: not {*wanted} & {*admin.list_topics()}, "topics are gone")
        admin.close()


def _has_groups(admin: KafkaAdminClient) -> bool:
    """Whether the topic of offsets is there, that the first group needs."""
    try:
        admin.list_group_offsets({"any": []})
    except RetriableError:
        return False
    return True


def _no_groups(admin: KafkaAdminClient) -> bool:
    groups = [found["group_id"] for found in admin.list_groups()]
    if groups:
        admin.delete_groups(groups)
    return not groups


def wait_until(reached: Callable[[], bool], what: str) -> None:
    """Wait for something that must come about."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not reached():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(_STEP_SECONDS)
