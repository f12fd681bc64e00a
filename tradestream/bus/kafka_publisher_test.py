"""A key goes where every other client of Kafka sends it, unless it has subkeys."""

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner import DefaultPartitioner

from tradestream.bus.kafka_publisher import KeyPartitioner, KeySerializer
from tradestream.bus.port import Message


class Partitions:
    """A cluster with one topic of so many partitions."""

    def __init__(self, count: int) -> None:
        self._numbers = set(range(count))

    def topics(self) -> set[str]:
        return {"t"}

    def partitions_for_topic(self, _: str) -> set[int]:
        return self._numbers

    def available_partitions_for_topic(self, _: str) -> set[int]:
        return self._numbers


def partition(message: Message, count: int) -> int:
    """Return where our partitioner sends a message."""
    key = KeySerializer().serialize("t", [], message)
    cluster = Partitions(count)
    return KeyPartitioner().partition("t", message, key, None, b"", cluster)


@given(st.text(max_size=20), st.integers(1, 64))
def test_a_key_goes_where_others_send_it(key: str, count: int) -> None:
    theirs = DefaultPartitioner().partition(
        "t", None, key.encode(), None, b"", Partitions(count)
    )

    assert partition(Message(key, b""), count) == theirs


def test_a_symbol_with_subkeys_is_spread_over_all_partitions() -> None:
    windows = [Message("BTC-USD", b"", subkey=str(n)) for n in range(200)]

    assert {partition(window, 24) for window in windows} == set(range(24))


def test_messages_of_one_subkey_stay_together() -> None:
    first = Message("BTC-USD", b"1", subkey="1440")
    second = Message("BTC-USD", b"2", subkey="1440")

    assert partition(first, 24) == partition(second, 24)
