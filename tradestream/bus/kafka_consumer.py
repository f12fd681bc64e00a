"""One member of a consumer group on a Kafka topic.

Before records are handed out, the group's text beside each offset says so (see
`kafka_claims`); after their effect, the offset moves. A group that changes in
between takes partitions away: what was handed out of those comes again, to
whoever has them now.
"""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import kafka
from kafka import ConsumerRebalanceListener, TopicPartition
from kafka import errors as kafka_errors
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.structs import MemberState

from tradestream.bus.kafka_offsets import KafkaOffsets
from tradestream.bus.kafka_partitions import Fetched, Partitions, instance_name
from tradestream.bus.kafka_records import parse_position, to_record
from tradestream.bus.kafka_repairs import learn_topic
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.port import Record
from tradestream.errors import UnavailableError
from tradestream.runtime.logs import get_logger
from tradestream.runtime.traffic import BUS_TROUBLES, REPEATED, TRAFFIC

STEP_SECONDS = 0.1
JOIN_STEP_SECONDS = 1.0
HEARTBEAT_SECONDS = 0.5
"""Members learn of a change of their group by it, and do nothing until then."""
# What is read ahead; a single larger batch comes whole nevertheless.
FETCH_BYTES = 16 * 1024 * 1024
PARTITION_FETCH_BYTES = 2 * 1024 * 1024
_COMMIT_TRIES = 3


class KafkaConsumer:
    """Reads what its partitions were handed out before, then what is new.

    Args:
        options: What every client is made with.
        offsets: Reads what the group committed.
        topic: What to read.
        group: Whose members share the partitions.
        member: Name in the group; two that live take turns at taking its place.
        times: Bounds of patience.
    """

    def __init__(
        self,
        options: dict[str, Any],
        offsets: KafkaOffsets,
        topic: str,
        group: str,
        member: str,
        times: KafkaTimes,
    ) -> None:
        self._topic = topic
        self._group = group
        self._instance = instance_name(member)
        self._times = times
        self._offsets = offsets
        self._cluster = offsets.cluster
        with self._cluster.translated(f"join {group}"):
            self._client = kafka.KafkaConsumer(
                **options,
                group_id=group,
                group_instance_id=self._instance,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                partition_assignment_strategy=[CooperativeStickyAssignor],
                session_timeout_ms=int(times.session * 1000),
                heartbeat_interval_ms=int(
                    min(HEARTBEAT_SECONDS, times.session / 3) * 1000
                ),
                max_poll_interval_ms=int(times.max_poll * 1000),
                fetch_max_bytes=FETCH_BYTES,
                max_partition_fetch_bytes=PARTITION_FETCH_BYTES,
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )
            self._mine = Partitions(self._client, offsets, group)
            self._subscribe()
        self._joins_until = time.monotonic() + times.join
        self._polled = False

    def poll(self, max_records: int, timeout_seconds: float) -> list[Record]:
        """Return up to `max_records` records, oldest first.

        What is there is handed out however short the timeout: an empty list
        means that the partitions of this member hold no more, or that its group
        is still being formed.
        """
        started = time.monotonic()
        refused_until = started + self._times.retry
        left = timeout_seconds
        self._polled = True
        with self._cluster.translated(f"poll {self._topic}"):
            while True:
                found = self._mine.kept(self._fetch(max_records, left))
                if found and self._claim(found):
                    return self._records(found)
                if found and time.monotonic() >= refused_until:
                    raise UnavailableError(
                        f"{self._cluster} did not let {self._group} take what waits"
                    )
                left = started + timeout_seconds - time.monotonic()
                if not found and left <= 0 and self._ended(started):
                    return []
                left = max(left, STEP_SECONDS)

    def commit(self, records: Sequence[Record]) -> None:
        """Mark records as done, and everything before them.

        When the group changed meanwhile, this member joins again first. What
        another member has by then is left to it, with a line in the log: it does
        that work a second time.
        """
        ends: dict[TopicPartition, int] = {}
        for record in records:
            number, offset = parse_position(record.position)
            partition = TopicPartition(self._topic, number)
            ends[partition] = max(offset + 1, ends.get(partition, 0))
        with self._cluster.translated(f"commit to {self._topic}"):
            for _ in range(_COMMIT_TRIES):
                held = self._held(ends)
                if not held or self._commit(self._mine.done(held)):
                    self._mine.moved(held)
                    return
                TRAFFIC.count(BUS_TROUBLES, outcome=REPEATED)
                self._rejoin()
        raise UnavailableError(
            f"{self._cluster} did not commit to {self._topic}: {self._group} changed"
            f" meanwhile, {_COMMIT_TRIES} times"
        )

    def close(self) -> None:
        """Leave the group; what was not committed goes to another member."""
        member = self._client.group_metadata()
        self._client.close(autocommit=False, timeout_ms=int(self._times.join * 1000))
        # The client lets a named member stay, for it may come back; ours leaves,
        # so that nobody waits for the end of its session. One that is just about
        # to join has a name there, but knows no number yet.
        if self._polled:
            self._offsets.remove(self._group, member.member_id, self._instance)

    def _subscribe(self) -> None:
        try:
            # Who leads a group without knowing its topic gives out nothing. The
            # client asks one broker, and gives up when that one has just died.
            self._offsets.patiently(
                lambda: learn_topic(self._client, self._topic), f"join {self._group}"
            )
        except BaseException:  # nobody else could close it
            self._client.close(autocommit=False)
            raise
        self._client.subscribe([self._topic], listener=_Listener(self._mine))

    def _fetch(self, count: int, seconds: float) -> Fetched:
        if self._client.group_metadata().state == MemberState.REBALANCING:
            # kafka-python 3.0 forgets a rebalance that changed metadata began, when
            # a poll ends before it does: no later one would finish it.
            self._client._coordinator.request_rejoin()
            seconds = max(seconds, JOIN_STEP_SECONDS)
        milliseconds = max(0, int(seconds * 1000))
        found = self._client.poll(timeout_ms=milliseconds, max_records=count)
        return {partition: list(records) for partition, records in found.items()}

    def _claim(self, found: Fetched) -> bool:
        """Note that records are handed out; False when the group has changed."""
        spans = {
            partition: (records[0].offset, records[-1].offset + 1)
            for partition, records in found.items()
        }
        if self._commit(self._mine.handed_out(spans)):
            return True
        for partition, (first, _) in spans.items():
            self._mine.forget([partition])
            if partition in self._client.assignment():
                self._client.seek(partition, first)
        return False

    def _records(self, found: Fetched) -> list[Record]:
        return [
            to_record(record, self._mine.deliveries(partition, record.offset))
            for partition, records in found.items()
            for record in records
        ]

    def _commit(self, offsets: dict[TopicPartition, Any]) -> bool:
        """Return whether the group took the offsets; False when it has changed."""
        try:
            self._client.commit(offsets, timeout_ms=int(self._times.retry * 1000))
        except (
            kafka_errors.CommitFailedError,
            kafka_errors.RebalanceInProgressError,
            kafka_errors.IllegalGenerationError,
            kafka_errors.UnknownMemberIdError,
        ):
            return False
        return True

    def _held(self, ends: dict[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Return what of `ends` is ours to commit; say what is not."""
        held = {p: end for p, end in ends.items() if self._mine.may_commit(p, end)}
        lost = sorted(p.partition for p in ends if p not in self._client.assignment())
        if lost:
            get_logger(self._group).warning(
                "partitions went to another member before the commit; it gets "
                "their records again",
                topic=self._topic,
                member=self._instance,
                partitions=lost,
            )
        return held

    def _rejoin(self) -> None:
        """Become a member of the group as it is now, without reading."""
        deadline = time.monotonic() + self._times.retry
        while True:
            found = self._fetch(1, STEP_SECONDS)
            for partition, records in found.items():
                self._client.seek(partition, records[0].offset)
            if self._joined():
                self._mine.learn()
                return
            if time.monotonic() >= deadline:
                raise UnavailableError(
                    f"{self._cluster} did not let {self._instance} join"
                    f" {self._group} again"
                )

    def _joined(self) -> bool:
        return bool(self._client.group_metadata().state == MemberState.STABLE)

    def _ended(self, started: float) -> bool:
        """Whether an empty poll, begun at `started`, is the truth.

        Raises:
            UnavailableError: If that could not be found out in time.
        """
        if not self._joined():
            if time.monotonic() < started + self._times.join:
                return False
            # Raises when it is not the group that keeps us waiting.
            self._offsets.ends(self._offsets.partitions(self._topic))
            get_logger(self._group).warning(
                "nothing was read: the group waits for another member",
                topic=self._topic,
                member=self._instance,
                waited_seconds=self._times.join,
            )
            return True
        if not self._client.assignment() and time.monotonic() < self._joins_until:
            return False  # others may be about to give up their share
        if not self._mine.ended(started + self._times.retry):
            return False
        passed = self._mine.passed()
        if passed and self._commit(self._mine.done(passed)):
            self._mine.moved(passed)
        return True


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]  # no stubs
    """Called by the client within a poll, when partitions come and go."""

    def __init__(self, mine: Partitions) -> None:
        self._mine = mine

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        self._mine.forget(revoked)

    def on_partitions_lost(self, lost: Iterable[TopicPartition]) -> None:
        self._mine.forget(lost)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._mine.forget(assigned)
