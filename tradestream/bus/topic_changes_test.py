"""Topics are made and raised, never lowered."""

import pytest

from tradestream.bus.declared_topics import DeclaredTopic, read_declared
from tradestream.bus.topic_changes import ActualTopic, changes
from tradestream.errors import ConfigurationError

DAY_MS = 86_400_000
WORK = DeclaredTopic("work", 12, 3, 2, 7 * DAY_MS, "delete", 1_048_576)
SETTINGS = {
    "cleanup.policy": "delete",
    "max.message.bytes": "1048576",
    "min.insync.replicas": "2",
    "retention.ms": str(7 * DAY_MS),
}


def test_makes_what_is_missing() -> None:
    (change,) = changes([WORK], {}, brokers=3, replication=None)

    assert (change.what, change.replication) == ("create", 3)
    assert change.settings == SETTINGS


def test_one_copy_cannot_wait_for_two() -> None:
    (change,) = changes([WORK], {}, brokers=1, replication=1)

    assert change.replication == 1
    assert change.settings["min.insync.replicas"] == "1"


@pytest.mark.parametrize("brokers", [1, 2])
def test_too_few_brokers_are_named_with_the_way_out(brokers: int) -> None:
    with pytest.raises(
        ConfigurationError,
        match=rf"3 brokers are required .*, was {brokers}; --replication=1",
    ):
        changes([WORK], {}, brokers=brokers, replication=None)


def test_what_is_as_declared_is_left_alone() -> None:
    actual = ActualTopic(12, 3, SETTINGS | {"segment.ms": "1"})

    (change,) = changes([WORK], {"work": actual}, brokers=3, replication=None)

    assert (change.what, change.notes) == ("", [])


def test_what_exists_needs_no_more_brokers() -> None:
    actual = ActualTopic(12, 1, SETTINGS | {"min.insync.replicas": "1"})

    (change,) = changes([WORK], {"work": actual}, brokers=1, replication=None)

    assert change.what == ""
    assert change.notes == ["replication 3 declared, 1 stays"]


def test_raises_partitions_and_settings() -> None:
    actual = ActualTopic(6, 3, SETTINGS | {"retention.ms": "1"})

    (change,) = changes([WORK], {"work": actual}, brokers=3, replication=None)

    assert (change.what, change.partitions) == ("alter", 12)
    assert change.settings == {"retention.ms": str(7 * DAY_MS)}
    assert "partitions 6 → 12" in change.notes


def test_never_lowers_partitions() -> None:
    actual = ActualTopic(24, 3, SETTINGS)

    (change,) = changes([WORK], {"work": actual}, brokers=3, replication=None)

    assert (change.what, change.partitions) == ("", None)
    assert change.notes == ["12 partitions declared, more stay"]


def test_reads_every_topic_of_the_repository() -> None:
    declared = {topic.name: topic for topic in read_declared()}

    assert declared["strategy-discovery-requests"].partitions == 24
    assert declared["sized-positions"].retention_ms == -1
    assert declared["orders"].retention_ms == 365 * DAY_MS
