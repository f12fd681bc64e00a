"""The bus on Redis Streams: one stream a topic, one Redis group a group.

Durable means in the server's append-only file, which outlives a SIGKILL of the
server; against loss of power it is as good as the server's `appendfsync`.
"""

from collections.abc import Sequence
from typing import Any

from tradestream.bus import redis_trim
from tradestream.bus.port import Message, Record
from tradestream.bus.redis_consumer import RedisConsumer
from tradestream.bus.redis_records import to_fields, to_record
from tradestream.redis import Redis, connect
from tradestream.runtime.traffic import SENT_TO_BUS, TRAFFIC

PUBLISH_BATCH = 1000
COUNT_BATCH = 1000
TAKEOVER_SECONDS = 120.0


class RedisStreamsBus:
    """A bus on one Redis server.

    Args:
        client: Answers in bytes.
        takeover_seconds: After how long without a commit another member of the
            group gets what one was handed; longer than any batch takes.
        keep: How many of the newest records outlive their last reader, for people.
    """

    def __init__(
        self,
        client: Redis,
        *,
        takeover_seconds: float = TAKEOVER_SECONDS,
        keep: int = redis_trim.KEEP,
    ) -> None:
        # The client's stubs mix its synchronous and asynchronous answers.
        self._client: Any = client
        self._takeover_seconds = takeover_seconds
        self._keep = keep

    @classmethod
    def open(cls, url: str, password: str | None = None) -> "RedisStreamsBus":
        """Connect to the server at `url`; see `tradestream.redis.connect`."""
        return cls(connect(url, password, text=False))

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages to a topic; return when all are in the server's file."""
        for first in range(0, len(messages), PUBLISH_BATCH):
            pipeline = self._client.pipeline(transaction=False)
            for message in messages[first : first + PUBLISH_BATCH]:
                pipeline.xadd(topic, to_fields(message))
            pipeline.execute()
        TRAFFIC.count(SENT_TO_BUS, sum(len(message.value) for message in messages))
        if messages:
            redis_trim.trim_unread(self._client, topic)

    def consumer(
        self, topic: str, group: str, *, member: str = "main"
    ) -> RedisConsumer:
        """Join `group`, which reads `topic` from its first record."""
        return RedisConsumer(
            self._client,
            topic,
            group,
            member,
            takeover_seconds=self._takeover_seconds,
            keep=self._keep,
        )

    def lag(self, topic: str, group: str) -> int:
        """Return how many records `group` has not committed yet."""
        state = redis_trim.group_state(self._client, topic, group)
        if state is None:
            return int(self._client.xlen(topic))
        waiting = state["lag"]
        if waiting is None:  # the server lost count, e.g. after XDEL
            waiting = self._count_after(topic, state["last-delivered-id"])
        return int(waiting) + int(state["pending"])

    def newest(self, topic: str, count: int) -> list[Record]:
        """Return the last `count` records of a topic, oldest first."""
        entries = self._client.xrevrange(topic, count=count)
        return [to_record(topic, entry, 1) for entry in reversed(entries)]

    def close(self) -> None:
        """Give back all connections."""
        self._client.close()

    def _count_after(self, topic: str, position: bytes) -> int:
        total = 0
        while True:
            entries = self._client.xrange(topic, min=b"(" + position, count=COUNT_BATCH)
            total += len(entries)
            if len(entries) < COUNT_BATCH:
                return total
            position = entries[-1][0]
