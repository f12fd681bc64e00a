"""What a member knows of the partitions it has: offset, claim, what comes again."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from kafka import TopicPartition
from kafka.structs import OffsetAndMetadata

from tradestream.bus.kafka_claims import Claim, parse
from tradestream.bus.kafka_offsets import KafkaOffsets
from tradestream.bus.topics import PARTITIONS
from tradestream.errors import UnavailableError

Fetched = dict[TopicPartition, list[Any]]
"""Records as the client gave them, by partition, in the order of the log."""

_POSITION_MILLISECONDS = 5000
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_NAME = 249
_NO_EPOCH = -1


@dataclass(slots=True)
class _Partition:
    """One partition.

    Attributes:
        offset: What the group committed.
        claim: What was handed out from there on.
        again_until: Before this, records come that were handed out to a former
            owner, or to this member in a former life.
    """

    offset: int
    claim: Claim
    again_until: int


class Partitions:
    """The partitions of one member.

    Args:
        client: The consumer of the client library, subscribed.
        offsets: Reads what the group committed.
        group: The group.
    """

    def __init__(self, client: Any, offsets: KafkaOffsets, group: str) -> None:
        self._client = client
        self._offsets = offsets
        self._group = group
        self._known: dict[TopicPartition, _Partition] = {}

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """Drop what is known of partitions that came or went."""
        for partition in list(partitions):
            self._known.pop(partition, None)

    def learn(self, found: Fetched | None = None) -> None:
        """Read what the group committed of partitions that are new here."""
        fresh = [p for p in self._client.assignment() if p not in self._known]
        if not fresh:
            return
        committed = self._offsets.committed(self._group, fresh)
        for partition in fresh:
            offset, text = committed.get(partition) or (
                self._first(partition, found or {}),
                "",
            )
            claim = parse(text, offset)
            self._known[partition] = _Partition(offset, claim, claim.end)

    def kept(self, found: Fetched) -> Fetched:
        """Return the records that are next; the rest is put back.

        While something comes again, nothing else does.
        """
        self.learn(found)
        again = self._coming_again(found)
        if not again:
            if self._client.paused():
                self._client.resume(*self._client.paused())
            return {p: records for p, records in found.items() if p in self._known}
        others = [p for p in self._client.assignment() if p not in again]
        if others:
            self._client.pause(*others)
        self._client.resume(*again)
        kept: Fetched = {}
        for partition, records in found.items():
            until = self._known[partition].again_until if partition in again else 0
            next_ones = [r for r in records if r.offset < until]
            if len(next_ones) < len(records):
                self._client.seek(partition, records[len(next_ones)].offset)
            if next_ones:
                kept[partition] = next_ones
        return kept

    def handed_out(
        self, spans: dict[TopicPartition, tuple[int, int]]
    ) -> dict[TopicPartition, OffsetAndMetadata]:
        """Note spans of offsets as handed out; return what to tell the group."""
        told = {}
        for partition, (first, end) in spans.items():
            known = self._known[partition]
            known.claim = known.claim.handed_out(first, end)
            told[partition] = _told(known.offset, known.claim)
        return told

    def deliveries(self, partition: TopicPartition, offset: int) -> int:
        """Return how often a record was handed out, this time included."""
        return max(1, self._known[partition].claim.times(offset))

    def may_commit(self, partition: TopicPartition, end: int) -> bool:
        """Whether a partition is ours, and its offset is not beyond `end` already."""
        known = self._known.get(partition)
        return known is not None and known.offset < end

    def done(
        self, ends: dict[TopicPartition, int]
    ) -> dict[TopicPartition, OffsetAndMetadata]:
        """Return what to tell the group when everything before `ends` is done."""
        return {
            partition: _told(end, self._known[partition].claim.committed(end))
            for partition, end in ends.items()
        }

    def moved(self, ends: dict[TopicPartition, int]) -> None:
        """Note that the group has taken `ends`."""
        for partition, end in ends.items():
            known = self._known[partition]
            known.offset, known.claim = end, known.claim.committed(end)
            # After a rebalance the client may stand before what was just done.
            if self._position(partition) < end:
                self._client.seek(partition, end)

    def ended(self, deadline: float) -> bool:
        """Whether every partition was read to its end.

        Raises:
            UnavailableError: If records are there, and none came until `deadline`.
        """
        assigned = list(self._client.assignment())
        reading = [p for p in assigned if p not in self._client.paused()]
        ends = self._offsets.ends(reading) if reading else {}
        if all(self._position(p) >= end for p, end in ends.items()):
            again = [p for p in reading if p in self._known]
            for partition in again:
                self._known[partition].again_until = 0
            return len(reading) == len(assigned)
        if time.monotonic() >= deadline:
            raise UnavailableError(
                f"{self._offsets.cluster} did not give {self._group} what waits for it"
            )
        return False

    def passed(self) -> dict[TopicPartition, int]:
        """Return where partitions stand of which all is done.

        That is beyond the last record where a transaction ended after it.
        """
        standing = {
            partition: self._position(partition)
            for partition, known in self._known.items()
            if not known.claim.runs
        }
        return {p: at for p, at in standing.items() if at > self._known[p].offset}

    def _coming_again(self, found: Fetched) -> set[TopicPartition]:
        """Return partitions whose next record was handed out before."""
        again = set()
        for partition, known in self._known.items():
            if known.again_until == 0:
                continue
            records = found.get(partition)
            at = records[0].offset if records else self._position(partition)
            if at < known.again_until:
                again.add(partition)
            else:
                known.again_until = 0
        return again

    def _first(self, partition: TopicPartition, found: Fetched) -> int:
        records = found.get(partition)
        return records[0].offset if records else self._position(partition)

    def _position(self, partition: TopicPartition) -> int:
        at = self._client.position(partition, timeout_ms=_POSITION_MILLISECONDS)
        if at is None:
            raise UnavailableError(
                f"{self._offsets.cluster} did not say where {partition.topic} begins"
                f" in partition {partition.partition}"
            )
        return int(at)


def shortage(topic: str, found: int) -> str | None:
    """Return what a topic lacks that has `found` partitions, None if nothing."""
    declared = PARTITIONS.get(topic, 0)
    if found >= declared:
        return None
    return (
        f"{declared} partitions of {topic} are declared, was {found}:"
        " no more members have work at once; `tradestream topics apply` makes them"
    )


def instance_name(member: str) -> str:
    """Return a member's name as Kafka takes it."""
    return _NOT_IN_NAMES.sub("_", member)[:_LONGEST_NAME] or "main"


def _told(offset: int, claim: Claim) -> OffsetAndMetadata:
    return OffsetAndMetadata(offset, claim.text(offset), _NO_EPOCH)
