"""What is said of a topic with fewer partitions than declared."""

import pytest

from tradestream.bus.kafka_partitions import shortage
from tradestream.bus.topics import DISCOVERY_REQUESTS


def test_a_topic_with_fewer_partitions_than_declared_is_named() -> None:
    assert shortage(DISCOVERY_REQUESTS, 1) == (
        "24 partitions of strategy-discovery-requests are declared, was 1:"
        " no more members have work at once; `tradestream topics apply` makes them"
    )


@pytest.mark.parametrize(
    ("topic", "found"), [(DISCOVERY_REQUESTS, 24), (DISCOVERY_REQUESTS, 30), ("t", 1)]
)
def test_nothing_is_said_of_others(topic: str, found: int) -> None:
    assert shortage(topic, found) is None
