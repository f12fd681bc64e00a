"""What every bus must do: an adapter's test class inherits these tests.

Its file defines the fixture `open_bus`. Kafka's words are meant throughout: a
commit covers whole polls in order, and only one member at a time is asked for
an order.
"""

import time
from collections.abc import Callable

import pytest

from tradestream.bus.dead_letter import (
    DELIVERIES,
    POSITION,
    REASON,
    TOPIC,
    dead_letter,
)
from tradestream.bus.port import Bus, Consumer, Message, Record

OpenBus = Callable[[float], Bus]
"""Opens one more connection to the same bus, with this takeover time in seconds."""

NEVER = 3600.0
AT_ONCE = 0.0
PATIENCE_SECONDS = 60.0
"""How long a group may take to notice that a member came or went."""


def messages(count: int, first: int = 0) -> list[Message]:
    """Return messages whose value is their number."""
    return [
        Message(f"S{n % 3}-USD", str(n).encode(), {"type": "t", "schema": "s"})
        for n in range(first, first + count)
    ]


def numbers(records: list[Record]) -> list[int]:
    """Return the numbers in records made from `messages`."""
    return [int(record.message.value) for record in records]


def gathered(consumer: Consumer, count: int, *, at_most: int = 5000) -> list[Record]:
    """Return `count` records from as many polls as it takes."""
    records: list[Record] = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(records) < count and time.monotonic() < deadline:
        records += consumer.poll(min(at_most, count - len(records)), 0.1)
    return records


class BusContract:
    """The tests; a fixture `open_bus` opens connections to one empty bus."""

    def test_gives_back_what_was_published(self, open_bus: OpenBus) -> None:
        """Key, bytes, and headers arrive as they were."""
        bus = open_bus(NEVER)
        sent = Message("BTC-USD", b"\x00\xff bytes", {"type": "a.B", "schema": "é"})

        bus.publish("t", [sent])
        (record,) = bus.consumer("t", "g").poll(10, 0)

        assert record.message == sent
        assert (record.topic, record.deliveries) == ("t", 1)

    def test_one_consumer_sees_the_order_of_publishing(self, open_bus: OpenBus) -> None:
        """Order holds for a single consumer, over many publishes and polls."""
        bus = open_bus(NEVER)
        for first in range(0, 2500, 500):
            bus.publish("t", messages(500, first))
        consumer = bus.consumer("t", "g")
        seen: list[int] = []

        while records := consumer.poll(333, 0):
            seen += numbers(records)
            consumer.commit(records)

        assert seen == list(range(2500))

    def test_a_group_starts_at_the_first_record(self, open_bus: OpenBus) -> None:
        """What was published before the group was made is not lost to it."""
        bus = open_bus(NEVER)
        bus.publish("t", messages(3))

        assert numbers(bus.consumer("t", "late").poll(10, 0)) == [0, 1, 2]

    def test_each_group_sees_everything(self, open_bus: OpenBus) -> None:
        """Groups do not take records from each other."""
        bus = open_bus(NEVER)
        bus.publish("t", messages(3))
        first, second = bus.consumer("t", "a"), bus.consumer("t", "b")
        first.commit(first.poll(10, 0))

        assert numbers(second.poll(10, 0)) == [0, 1, 2]

    def test_members_share_the_records(self, open_bus: OpenBus) -> None:
        """No record goes to two members while both live."""
        bus = open_bus(NEVER)
        bus.publish("t", messages(6))
        one = bus.consumer("t", "g", member="one")
        two = bus.consumer("t", "g", member="two")

        seen: list[int] = []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(seen) < 6 and time.monotonic() < deadline:
            for consumer in (one, two):
                seen += numbers(records := consumer.poll(3, 0))
                consumer.commit(records)

        assert sorted(seen) == list(range(6))
        assert one.poll(10, 0) == two.poll(10, 0) == []

    def test_poll_hands_out_the_next_not_the_same(self, open_bus: OpenBus) -> None:
        """A running consumer may poll ahead of its commits."""
        consumer = self._with(open_bus(NEVER), 4).consumer("t", "g")

        assert numbers(consumer.poll(2, 0)) == [0, 1]
        assert numbers(consumer.poll(2, 0)) == [2, 3]
        assert consumer.poll(2, 0) == []

    def test_an_empty_poll_means_nothing_came(self, open_bus: OpenBus) -> None:
        """A topic that nobody wrote to is empty, not an error."""
        assert open_bus(NEVER).consumer("new", "g").poll(10, 0.02) == []

    def test_uncommitted_comes_first_after_a_restart(self, open_bus: OpenBus) -> None:
        """The same member gets its own again, before anything newer."""
        bus = self._with(open_bus(NEVER), 3)
        before = bus.consumer("t", "g")
        before.commit(before.poll(1, 0))
        before.poll(1, 0)
        bus.publish("t", messages(2, 3))

        after = open_bus(NEVER).consumer("t", "g")

        again = after.poll(10, 0)
        assert (numbers(again), again[0].deliveries) == ([1], 2)
        assert numbers(after.poll(10, 0)) == [2, 3, 4]

    def test_comes_again_until_committed(self, open_bus: OpenBus) -> None:
        """However often the member dies."""
        self._with(open_bus(NEVER), 1)
        for delivery in (1, 2, 3):
            (record,) = open_bus(NEVER).consumer("t", "g").poll(10, 0)
            assert record.deliveries in (delivery, 1)  # 1: the bus does not count

        last = open_bus(NEVER).consumer("t", "g")
        last.commit(last.poll(10, 0))

        assert open_bus(NEVER).consumer("t", "g").poll(10, 0) == []

    def test_a_dead_member_is_replaced_by_another(self, open_bus: OpenBus) -> None:
        """What it held and never committed goes to a living member."""
        bus = self._with(open_bus(AT_ONCE), 3)
        bus.consumer("t", "g", member="dead").poll(2, 0)

        alive = bus.consumer("t", "g", member="alive")

        again = gathered(alive, 2)
        assert numbers(again) == [0, 1]
        assert {record.deliveries for record in again} == {2}
        assert numbers(alive.poll(10, 0)) == [2]

    def test_a_busy_member_keeps_what_it_holds(self, open_bus: OpenBus) -> None:
        """Others wait for the takeover time."""
        bus = self._with(open_bus(NEVER), 2)
        bus.consumer("t", "g", member="busy").poll(2, 0)

        assert bus.consumer("t", "g", member="other").poll(10, 0) == []

    def test_a_member_that_leaves_gives_back(self, open_bus: OpenBus) -> None:
        """A clean close does not make others wait."""
        bus = self._with(open_bus(NEVER), 3)
        leaving = bus.consumer("t", "g", member="leaving")
        leaving.commit(leaving.poll(1, 0))
        leaving.poll(1, 0)
        leaving.close()

        other = bus.consumer("t", "g", member="other")
        assert numbers(gathered(other, 1)) == [1]
        assert numbers(gathered(other, 1)) == [2]

    def test_lag_counts_what_is_not_committed(self, open_bus: OpenBus) -> None:
        """Waiting and handed out count; committed does not."""
        bus = self._with(open_bus(NEVER), 5)
        assert bus.lag("t", "nobody") == 5
        consumer = bus.consumer("t", "g")
        assert bus.lag("t", "g") == 5
        first = consumer.poll(2, 0)
        assert bus.lag("t", "g") == 5

        consumer.commit(first)

        assert bus.lag("t", "g") == 3

    def test_lag_of_an_empty_topic_is_nil(self, open_bus: OpenBus) -> None:
        """A topic that nobody wrote to is no error."""
        assert open_bus(NEVER).lag("new", "g") == 0

    def test_newest_reads_for_people(self, open_bus: OpenBus) -> None:
        """The last records, oldest first; no group moves."""
        bus = self._with(open_bus(NEVER), 5)

        assert numbers(bus.newest("t", 2)) == [3, 4]
        assert numbers(bus.newest("t", 99)) == [0, 1, 2, 3, 4]
        assert bus.newest("new", 2) == []
        assert numbers(bus.consumer("t", "g").poll(1, 0)) == [0]

    def test_positions_are_unique(self, open_bus: OpenBus) -> None:
        """So that a dead letter names one record."""
        bus = self._with(open_bus(NEVER), 100)

        positions = [r.position for r in bus.consumer("t", "g").poll(100, 0)]

        assert len(set(positions)) == 100

    def test_a_dead_letter_keeps_everything(self, open_bus: OpenBus) -> None:
        """Reason, original bytes, position, and how often it was tried."""
        bus = open_bus(NEVER)
        bad = Message("BTC-USD", b"\xde\xad", {"type": "who", "request_id": "7"})
        bus.publish("t", [bad])
        (record,) = bus.consumer("t", "g").poll(1, 0)

        dead_letter(bus, record, "bytes do not parse")

        (letter,) = bus.newest("t.dlq", 10)
        assert (letter.message.key, letter.message.value) == (bad.key, bad.value)
        assert letter.message.headers == {
            **bad.headers,
            REASON: "bytes do not parse",
            TOPIC: "t",
            POSITION: record.position,
            DELIVERIES: "1",
        }

    def test_publishing_nothing_is_nothing(self, open_bus: OpenBus) -> None:
        """An empty list makes no record."""
        bus = open_bus(NEVER)

        bus.publish("t", [])

        assert bus.newest("t", 10) == []

    @pytest.mark.parametrize("count", [1, 3000])
    def test_waits_for_what_comes_later(self, open_bus: OpenBus, count: int) -> None:
        """A poll on an empty topic gets what is published afterwards."""
        bus = open_bus(NEVER)
        consumer = bus.consumer("t", "g")
        assert consumer.poll(10, 0) == []
        bus.publish("t", messages(count))

        assert numbers(gathered(consumer, count)) == list(range(count))

    def _with(self, bus: Bus, count: int) -> Bus:
        bus.publish("t", messages(count))
        return bus
