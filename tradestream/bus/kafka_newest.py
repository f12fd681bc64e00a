"""The end of a topic, for people."""

import time
from typing import Any

import kafka
from kafka import TopicPartition

from tradestream.bus.kafka_offsets import KafkaOffsets
from tradestream.bus.kafka_records import to_record
from tradestream.bus.port import Record

_STEP_MILLISECONDS = 200
_AT_ONCE = 5000


def newest(
    options: dict[str, Any],
    offsets: KafkaOffsets,
    topic: str,
    count: int,
    retry_seconds: float,
) -> list[Record]:
    """Return the last `count` records of all partitions, oldest first.

    Partitions are put in order by the time of writing; within one, the order is
    that of the log.

    Raises:
        UnavailableError: If brokers stop answering.
    """
    partitions = offsets.partitions(topic)
    ends, starts = offsets.ends(partitions), offsets.starts(partitions)
    spans = {p: (max(starts[p], ends[p] - count), ends[p]) for p in partitions}
    wanted = {p: span for p, span in spans.items() if span[0] < span[1]}
    if not wanted or count <= 0:
        return []
    found = offsets.patiently(
        lambda: _read(options, wanted, retry_seconds), f"read {topic}"
    )
    found.sort(key=lambda r: (r.timestamp, r.partition, r.offset))
    return [to_record(record, 1) for record in found[-count:]]


def _read(
    options: dict[str, Any],
    wanted: dict[TopicPartition, tuple[int, int]],
    retry_seconds: float,
) -> list[Any]:
    client = kafka.KafkaConsumer(
        **options,
        enable_auto_commit=False,
        isolation_level="read_committed",
        allow_auto_create_topics=False,
        metrics_enabled=False,
    )
    try:
        return _read_all(client, wanted, retry_seconds)
    finally:
        client.close()


def _read_all(
    client: Any,
    wanted: dict[TopicPartition, tuple[int, int]],
    retry_seconds: float,
) -> list[Any]:
    client.assign(list(wanted))
    for partition, (first, _) in wanted.items():
        client.seek(partition, first)
    found: list[Any] = []
    deadline = time.monotonic() + retry_seconds
    # The position also passes what is not for readers, e.g. ends of transactions.
    while any(client.position(p) < end for p, (_, end) in wanted.items()):
        for partition, records in client.poll(
            timeout_ms=_STEP_MILLISECONDS, max_records=_AT_ONCE
        ).items():
            found += [r for r in records if r.offset < wanted[partition][1]]
            deadline = time.monotonic() + retry_seconds
        if time.monotonic() >= deadline:
            raise kafka.errors.KafkaTimeoutError("no more came in time")
    return found
