"""What brokers say of topics and groups, outside any membership."""

import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from kafka import IsolationLevel, OffsetSpec, TopicPartition
from kafka import errors as kafka
from kafka.admin import ConfigResource, MemberToRemove

from tradestream.bus.kafka_connect import connect
from tradestream.bus.kafka_errors import APPLY, Cluster
from tradestream.bus.kafka_repairs import forget_coordinator
from tradestream.errors import ConfigurationError

T = TypeVar("T")

_NONE = -1
_KEEP_SECONDS = 60.0
"""How long an answer holds: partitions may be added to a topic."""


class KafkaOffsets:
    """Reads offsets; keeps the partitions of the topics it was asked for.

    Args:
        options: What every client is made with.
        retry_seconds: How long brokers may be away within a call.

    Attributes:
        cluster: Names the brokers in errors.
        client: Asks them.

    Raises:
        UnavailableError: If no broker answers in time.
        ConfigurationError: If the user or the password is refused.
    """

    def __init__(self, options: dict[str, Any], retry_seconds: float) -> None:
        self._retry_seconds = retry_seconds
        self._partitions: dict[str, tuple[float, list[TopicPartition]]] = {}
        self.cluster = Cluster(options["bootstrap_servers"])
        self.client = connect(options)

    def partitions(self, topic: str) -> list[TopicPartition]:
        """Return the partitions of a topic.

        Raises:
            ConfigurationError: If there is no such topic.
            UnavailableError: If no broker answers.
        """
        asked_at, known = self._partitions.get(topic, (0.0, []))
        now = time.monotonic()
        if not known or now - asked_at > _KEEP_SECONDS:
            what = f"describe the topic {topic}"
            known = self.patiently(lambda: self._look_up(topic), what)
            self._partitions[topic] = (now, known)
        return known

    def ends(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the offset after the last record that readers may see."""
        return self._offsets(partitions, OffsetSpec.LATEST)

    def starts(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return the offset of the oldest record that is kept."""
        return self._offsets(partitions, OffsetSpec.EARLIEST)

    def committed(
        self, group: str, partitions: Iterable[TopicPartition]
    ) -> dict[TopicPartition, tuple[int, str]]:
        """Return offset and text where a group committed something."""
        asked = {group: list(partitions)}

        def ask() -> dict[TopicPartition, tuple[int, str]]:
            try:
                found = self.client.list_group_offsets(asked)[group]
            except kafka.KafkaError:
                forget_coordinator(self.client, group)
                raise
            return {
                partition: (int(at.offset), at.metadata or "")
                for partition, at in found.items()
                if at.offset != _NONE
            }

        return self.patiently(ask, f"say what {group} committed")

    def lag(self, topic: str, group: str) -> int:
        """Return how many offsets of a topic a group has not committed."""
        partitions = self.partitions(topic)
        ends = self.ends(partitions)
        done = self.committed(group, partitions)
        behind = [p for p in partitions if p not in done or done[p][0] < ends[p]]
        # What was removed for its age is not waiting any more.
        starts = self.starts(behind) if behind else {}
        return sum(
            max(0, ends[p] - max(starts[p], done.get(p, (0, ""))[0])) for p in behind
        )

    def largest_message(self, topic: str) -> str:
        """Return how many bytes a topic takes at once, in words if it will not say."""
        resource = ConfigResource("topic", topic, {"max.message.bytes": None})
        try:
            found = self.client.describe_configs([resource], config_filter="all")
            return str(found["topic"][topic]["max.message.bytes"]["value"])
        except (kafka.KafkaError, KeyError):
            return "an unknown number of"

    def remove(self, group: str, member_id: str, instance: str) -> None:
        """Take a member out of its group, so that others need not wait for it.

        One that cannot be taken out now, is when its session is over.
        """
        # There is one try: it must not go to who was the coordinator once.
        forget_coordinator(self.client, group)
        try:
            self.client.remove_group_members(
                group, [MemberToRemove(member_id or None, instance, "closed")]
            )
        except kafka.KafkaError:
            return

    def patiently(self, call: Callable[[], T], what: str) -> T:
        """Return what `call` returns, trying again while brokers come and go.

        Raises:
            UnavailableError: If it failed until the bound of patience.
            ConfigurationError: If trying again cannot help.
        """
        return self.cluster.patiently(call, self._retry_seconds, what)

    def close(self) -> None:
        """Give back the connections."""
        self.client.close()

    def _look_up(self, topic: str) -> list[TopicPartition]:
        (found,) = self.client.describe_topics([topic])
        error = kafka.for_code(found["error_code"])
        if error in (kafka.UnknownTopicOrPartitionError, kafka.InvalidTopicError):
            raise ConfigurationError(f"{self.cluster} has no topic {topic}; {APPLY}")
        if error is not kafka.NoError:
            raise error()
        numbers = sorted(part["partition_index"] for part in found["partitions"])
        return [TopicPartition(topic, number) for number in numbers]

    def _offsets(
        self, partitions: Iterable[TopicPartition], which: OffsetSpec
    ) -> dict[TopicPartition, int]:
        asked = dict.fromkeys(partitions, which)

        def ask() -> dict[TopicPartition, int]:
            found = self.client.list_partition_offsets(
                asked, isolation_level=IsolationLevel.READ_COMMITTED
            )
            return {partition: int(at.offset) for partition, at in found.items()}

        return self.patiently(ask, "say how long its topics are")
