"""A key goes where every other client of Kafka sends it."""

from hypothesis import given
from hypothesis import strategies as st
from kafka.partitioner import DefaultPartitioner

from tradestream.bus.kafka_publisher import KeyPartitioner


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


@given(st.binary(max_size=40), st.integers(1, 64))
def test_a_key_goes_where_others_send_it(key: bytes, count: int) -> None:
    arguments = ("t", None, key, None, b"", Partitions(count))

    assert KeyPartitioner().partition(*arguments) == DefaultPartitioner().partition(
        *arguments
    )
