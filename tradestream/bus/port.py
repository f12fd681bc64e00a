"""The port to the message bus.

At least once: `publish` returns when every message is durable, a record comes
again until it is committed, and effects are idempotent by a key of their own.
The words are Kafka's, so that its adapter and the one for Redis Streams fit
the same contract (`tradestream/testing/bus_contract.py`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """What is published.

    Attributes:
        key: Partition key, the symbol unless the topic says otherwise.
        value: The payload, one serialized protobuf message.
        headers: At least `type` and `schema`; see `tradestream.bus.codec`.
        subkey: Divides a key whose messages need no order: those of one key and
            one subkey stay in order, and are near each other. A hint to a bus
            that has partitions, which does not travel.
    """

    key: str
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    subkey: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Record:
    """What is consumed.

    Attributes:
        topic: Where it was read.
        position: Where in the topic, in the bus's own words; unique there.
        message: What was published.
        deliveries: How often it was handed out, this time included; 1 where
            the bus does not count.
        published_at: When the bus took it, where the bus says so; for people,
            and no part of what makes two records equal.
    """

    topic: str
    position: str
    message: Message
    deliveries: int = 1
    published_at: datetime | None = field(default=None, compare=False)


class Consumer(Protocol):
    """One member of a consumer group on one topic."""

    def poll(self, max_records: int, timeout_seconds: float) -> list[Record]:
        """Return up to `max_records` records, oldest first.

        Records that this member was handed before a crash and never committed
        come first. An empty list means that nothing came within the timeout.

        Raises:
            UnavailableError: If the bus did not answer.
        """
        ...

    def commit(self, records: Sequence[Record]) -> None:
        """Mark records as done, after their effect is durable.

        Takes whole polls, in the order polled: in Kafka a commit covers
        everything before it.

        Raises:
            UnavailableError: If the bus did not answer; the records come again.
        """
        ...

    def close(self) -> None:
        """Leave the group; what was not committed goes to another member."""
        ...


class Bus(Protocol):
    """A message bus."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages to a topic; return when all are durable.

        Raises:
            UnavailableError: If that is not certain; some may be there.
        """
        ...

    def consumer(self, topic: str, group: str, *, member: str = "main") -> Consumer:
        """Join `group`, which reads `topic` from its first record.

        Args:
            topic: What to read.
            group: Members of a group share the records of a topic.
            member: Name of this member, the same after a restart.
        """
        ...

    def lag(self, topic: str, group: str) -> int:
        """Return how many records `group` has not committed yet."""
        ...

    def newest(self, topic: str, count: int) -> list[Record]:
        """Return the last `count` records of a topic, oldest first, for people.

        Reads outside any group; nothing is marked.
        """
        ...

    def close(self) -> None:
        """Give back all connections."""
        ...
