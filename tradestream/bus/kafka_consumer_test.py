"""A member that cannot join leaves nothing open."""

from typing import Any

import kafka
import pytest
from kafka import errors

from tradestream.bus.kafka_consumer import KafkaConsumer
from tradestream.bus.kafka_errors import Cluster
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.errors import UnavailableError


class Offsets:
    """Has one try only."""

    cluster = Cluster(["host:1"])

    def patiently(self, call: Any, what: str) -> Any:
        return self.cluster.patiently(call, 0.0, what)


class Client:
    """Raises when it is asked for its topic."""

    def __init__(self, error: BaseException, closed: list[bool]) -> None:
        self._cluster = self
        self._error = error
        self._closed = closed

    def partitions_for_topic(self, topic: str) -> set[int]:
        del topic
        raise self._error

    def close(self, *, autocommit: bool) -> None:
        self._closed.append(autocommit)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (errors.UnknownTopicOrPartitionError(), UnavailableError),
        (errors.NodeNotReadyError(), UnavailableError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_a_member_that_cannot_learn_its_topic_is_closed(
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    told: type[BaseException],
) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(kafka, "KafkaConsumer", lambda **_: Client(error, closed))
    offsets: Any = Offsets()

    with pytest.raises(told):
        KafkaConsumer({}, offsets, "t", "g", "main", KafkaTimes())

    assert closed == [False]
