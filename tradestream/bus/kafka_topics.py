"""Making the topics of a Kafka cluster as they are declared."""

from collections.abc import Sequence
from contextlib import suppress

from kafka import KafkaAdminClient
from kafka import errors as kafka
from kafka.admin import ConfigResource

from tradestream.bus.declared_topics import DeclaredTopic
from tradestream.bus.kafka_offsets import KafkaOffsets
from tradestream.bus.kafka_repairs import forget_controller
from tradestream.bus.kafka_settings import client_options
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.security import BusSecurity
from tradestream.bus.topic_changes import ActualTopic, Change, changes

_WHAT = "apply the declared topics"
_ANY_GROUP = "tradestream"


def apply_topics(
    url: str,
    security: BusSecurity,
    declared: Sequence[DeclaredTopic],
    *,
    replication: int | None = None,
    dry_run: bool = False,
    times: KafkaTimes | None = None,
) -> list[Change]:
    """Create missing topics, raise partitions, alter settings; return what was done.

    Nothing is deleted or lowered. Safe to run again, and from two processes at
    once.

    Args:
        url: Brokers, e.g. `kafka://host:9092`.
        security: How to be let in.
        declared: What is to be.
        replication: Of topics that are made, instead of the declared.
        dry_run: Whether to say alone what would be done.
        times: Bounds of patience.

    Raises:
        UnavailableError: If brokers do not answer.
        ConfigurationError: If there are too few brokers, or they refuse.
    """
    patience = times or KafkaTimes()
    offsets = KafkaOffsets(client_options(url, security, patience), patience.retry)
    try:
        admin = offsets.client

        def apply() -> list[Change]:
            forget_controller(admin)
            found = changes(
                declared,
                _actual(admin, [topic.name for topic in declared]),
                brokers=_brokers(admin),
                replication=replication,
            )
            if not dry_run:
                _do(admin, found)
                # Brokers make their topic of offsets when a group first asks: now,
                # so that no room waits for it.
                offsets.committed(_ANY_GROUP, [])
            return found

        return offsets.patiently(apply, _WHAT)
    finally:
        offsets.close()


def _brokers(admin: KafkaAdminClient) -> int:
    return len(admin.describe_cluster()["brokers"])


def _actual(admin: KafkaAdminClient, names: Sequence[str]) -> dict[str, ActualTopic]:
    there = set(admin.list_topics()) & set(names)
    if not there:
        return {}
    resources = [ConfigResource("topic", name, None) for name in sorted(there)]
    settings = admin.describe_configs(resources, config_filter="all")["topic"]
    return {
        topic["name"]: ActualTopic(
            len(topic["partitions"]),
            min(len(part["replica_nodes"]) for part in topic["partitions"]),
            {name: item["value"] for name, item in settings[topic["name"]].items()},
        )
        for topic in admin.describe_topics(sorted(there))
    }


def _do(admin: KafkaAdminClient, found: Sequence[Change]) -> None:
    new = {
        change.topic.name: {
            "num_partitions": change.topic.partitions,
            "replication_factor": change.replication,
            "configs": dict(change.settings),
        }
        for change in found
        if change.create
    }
    if new:
        with suppress(kafka.TopicAlreadyExistsError):  # another process was quicker
            admin.create_topics(new)
        admin.wait_for_topics(list(new))
    more = {c.topic.name: c.partitions for c in found if c.partitions}
    if more:
        admin.create_partitions(more)
    altered = [
        ConfigResource("topic", change.topic.name, dict(change.settings))
        for change in found
        if change.settings and not change.create
    ]
    if altered:
        admin.alter_configs(altered)
