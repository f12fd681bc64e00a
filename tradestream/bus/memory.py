"""A bus in memory, for tests: the same contract, no server."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tradestream.bus.port import Message, Record

POLL_STEP_SECONDS = 0.01


@dataclass(slots=True)
class _Pending:
    member: str
    deliveries: int
    delivered_at: float


@dataclass(slots=True)
class _Group:
    next: int = 0
    pending: dict[int, _Pending] = field(default_factory=dict)


class MemoryBus:
    """Topics as lists; `topics` shows them as plain state.

    Args:
        clock: Seconds that only grow; takes the place of time in tests.
        takeover_seconds: After how long without a commit another member gets
            what one was handed.
    """

    def __init__(
        self,
        *,
        takeover_seconds: float = 120.0,
        clock: Callable[[], float] | None = None,
    ) -> None:
        import time

        self.topics: dict[str, list[Message]] = {}
        self.takeover_seconds = takeover_seconds
        self._clock = clock or time.monotonic
        self._groups: dict[tuple[str, str], _Group] = {}
        self._changed = threading.Condition()

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages to a topic."""
        with self._changed:
            self.topics.setdefault(topic, []).extend(messages)
            self._changed.notify_all()

    def consumer(
        self, topic: str, group: str, *, member: str = "main"
    ) -> "MemoryConsumer":
        """Join `group`, which reads `topic` from its first record."""
        with self._changed:
            state = self._groups.setdefault((topic, group), _Group())
        return MemoryConsumer(self, topic, state, member)

    def lag(self, topic: str, group: str) -> int:
        """Return how many records `group` has not committed yet."""
        with self._changed:
            state = self._groups.get((topic, group), _Group())
            return len(self.topics.get(topic, ())) - state.next + len(state.pending)

    def newest(self, topic: str, count: int) -> list[Record]:
        """Return the last `count` records of a topic, oldest first."""
        with self._changed:
            messages = self.topics.get(topic, [])
            first = max(0, len(messages) - count)
            return [
                Record(topic, str(at), messages[at])
                for at in range(first, len(messages))
            ]

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""


class MemoryConsumer:
    """One member of a group of a MemoryBus."""

    def __init__(self, bus: MemoryBus, topic: str, group: _Group, member: str) -> None:
        self._bus = bus
        self._topic = topic
        self._group = group
        self._member = member
        self._handed: set[int] = set()

    def poll(self, max_records: int, timeout_seconds: float) -> list[Record]:
        """Return up to `max_records` records; own uncommitted ones come first."""
        bus = self._bus
        with bus._changed:
            if not self._available(1):
                bus._changed.wait_for(lambda: self._available(1), timeout_seconds)
            return [self._hand_out(at) for at in self._available(max_records)]

    def commit(self, records: Sequence[Record]) -> None:
        """Mark records as done."""
        with self._bus._changed:
            for record in records:
                self._group.pending.pop(int(record.position), None)
                self._handed.discard(int(record.position))

    def close(self) -> None:
        """Leave the group; what was not committed goes to another member."""
        with self._bus._changed:
            for at in self._handed:
                if at in self._group.pending:
                    self._group.pending[at].delivered_at = float("-inf")
            self._handed.clear()

    def _available(self, count: int) -> list[int]:
        """Positions to hand out next: own, then abandoned, then new."""
        group = self._group
        expired = self._bus._clock() - self._bus.takeover_seconds
        waiting = [at for at in sorted(group.pending) if at not in self._handed]
        own = [at for at in waiting if group.pending[at].member == self._member]
        if own:
            return own[:count]
        left = [at for at in waiting if group.pending[at].delivered_at <= expired]
        if left:
            return left[:count]
        end = len(self._bus.topics.get(self._topic, ()))
        return list(range(group.next, min(end, group.next + count)))

    def _hand_out(self, at: int) -> Record:
        group, now = self._group, self._bus._clock()
        before = group.pending.get(at)
        deliveries = 1 if before is None else before.deliveries + 1
        group.pending[at] = _Pending(self._member, deliveries, now)
        group.next = max(group.next, at + 1)
        self._handed.add(at)
        message = self._bus.topics[self._topic][at]
        return Record(self._topic, str(at), message, deliveries)
