"""One member of a consumer group on a Redis stream."""

import time
from collections.abc import Sequence
from typing import Any

import redis

from tradestream.bus import redis_trim
from tradestream.bus.port import Record
from tradestream.bus.redis_records import to_record

GROUP_EXISTS = "BUSYGROUP"
GROUP_MISSING = "NOGROUP"
BLOCK_SECONDS = 5.0
TRIM_EVERY_COMMITS = 20

Entry = tuple[bytes, dict[bytes, bytes]]


class RedisConsumer:
    """Reads what it was handed before, then what others left, then what is new.

    Args:
        client: Answers in bytes.
        topic: The stream.
        group: Its consumer group, made if it is not there, from the first record.
        member: The consumer's name; the same after a restart.
        takeover_seconds: After how long what another member holds is taken.
        keep: How many of the newest records trimming leaves.
    """

    def __init__(
        self,
        client: Any,
        topic: str,
        group: str,
        member: str,
        *,
        takeover_seconds: float,
        keep: int,
    ) -> None:
        self._client = client
        self._topic = topic
        self._group = group
        self._member = member
        self._takeover_seconds = takeover_seconds
        self._keep = keep
        self._handed: set[bytes] = set()
        self._own_cursor: bytes | None = b"0"
        self._next_takeover_at = 0.0
        self._commits = 0
        self._join()

    def poll(self, max_records: int, timeout_seconds: float) -> list[Record]:
        """Return up to `max_records` records, oldest first."""
        try:
            return self._poll(max_records, timeout_seconds)
        except redis.ResponseError as error:
            if not str(error).startswith(GROUP_MISSING):
                raise
        self._join()  # somebody emptied the server: begin again
        return self._poll(max_records, timeout_seconds)

    def commit(self, records: Sequence[Record]) -> None:
        """Acknowledge records; now and then trim what every group has done with."""
        positions = [record.position.encode() for record in records]
        if not positions:
            return
        self._client.xack(self._topic, self._group, *positions)
        self._handed.difference_update(positions)
        self._commits += 1
        if self._commits % TRIM_EVERY_COMMITS == 1:
            redis_trim.trim_read(self._client, self._topic, self._keep)

    def close(self) -> None:
        """Leave the group; what was not committed goes to another member."""
        if self._handed:
            # As idle as it takes for the next poll of another member to claim it.
            self._client.xclaim(
                self._topic,
                self._group,
                self._member,
                0,
                sorted(self._handed),
                idle=int(self._takeover_seconds * 1000) + 1,
                justid=True,
            )
            self._handed.clear()

    def _join(self) -> None:
        try:
            self._client.xgroup_create(self._topic, self._group, id="0", mkstream=True)
        except redis.ResponseError as error:
            if not str(error).startswith(GROUP_EXISTS):
                raise

    def _poll(self, count: int, timeout_seconds: float) -> list[Record]:
        records = self._own(count)
        if not records and time.monotonic() >= self._next_takeover_at:
            records = self._abandoned(count)
        if not records:
            records = self._new(count, timeout_seconds)
        self._handed.update(record.position.encode() for record in records)
        return records

    def _own(self, count: int) -> list[Record]:
        """What this member was handed before it was started again."""
        if self._own_cursor is None:
            return []
        entries = self._read(self._own_cursor, count, None)
        self._own_cursor = entries[-1][0] if entries else None
        return self._redelivered(entries)

    def _abandoned(self, count: int) -> list[Record]:
        """What another member was handed and did not commit for too long."""
        answer = self._client.xautoclaim(
            self._topic,
            self._group,
            self._member,
            int(self._takeover_seconds * 1000),
            count=count,
        )
        entries = [e for e in answer[1] if e[0] not in self._handed]
        if not entries:
            self._next_takeover_at = time.monotonic() + self._takeover_seconds / 4
        return self._redelivered(entries)

    def _new(self, count: int, timeout_seconds: float) -> list[Record]:
        deadline = time.monotonic() + timeout_seconds
        while True:
            left = deadline - time.monotonic()
            block = max(1, int(min(left, BLOCK_SECONDS) * 1000)) if left > 0 else None
            entries = self._read(b">", count, block)
            if entries or time.monotonic() >= deadline:
                return [to_record(self._topic, entry, 1) for entry in entries]

    def _read(self, position: bytes, count: int, block: int | None) -> list[Entry]:
        answer = self._client.xreadgroup(
            self._group,
            self._member,
            {self._topic: position},
            count=count,
            block=block,
        )
        return list(answer[0][1]) if answer else []

    def _redelivered(self, entries: Sequence[Entry]) -> list[Record]:
        if not entries:
            return []
        counts = {
            item["message_id"]: int(item["times_delivered"])
            for item in self._client.xpending_range(
                self._topic,
                self._group,
                min=entries[0][0],
                max=entries[-1][0],
                count=len(entries) * 4,
                consumername=self._member,
            )
        }
        gone = [position for position, fields in entries if fields is None]
        if gone:  # removed by hand: nothing is left to process
            self._client.xack(self._topic, self._group, *gone)
        return [
            to_record(self._topic, entry, counts.get(entry[0], 2))
            for entry in entries
            if entry[1] is not None
        ]
