"""A member knows its topic before it joins, or says that it does not."""

from dataclasses import dataclass, field

import pytest
from kafka import errors as kafka

from tradestream.bus.kafka_errors import Cluster
from tradestream.bus.kafka_repairs import learn_topic


@dataclass
class Metadata:
    """What the client keeps of brokers."""

    need_all_topic_metadata: bool = False


@dataclass
class Client:
    """Gives each answer once: partitions, or an error; the flag is left as it is."""

    answers: list[set[int] | Exception]
    _cluster: Metadata = field(default_factory=Metadata)

    def partitions_for_topic(self, topic: str) -> set[int]:
        del topic
        self._cluster.need_all_topic_metadata = True
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_answers_without_the_topic_are_asked_for_again() -> None:
    client = Client([set(), kafka.NodeNotReadyError(), {0, 1}, set()])

    Cluster(["host:1"]).patiently(lambda: learn_topic(client, "t"), 60.0, "join g")

    assert client.answers == [set()]


@pytest.mark.parametrize("answer", [set(), {0}, kafka.NodeNotReadyError()])
def test_the_client_does_not_go_on_asking_for_all_topics(
    answer: set[int] | Exception,
) -> None:
    client = Client([answer])

    try:
        learn_topic(client, "t")
    except kafka.KafkaError:
        assert answer != {0}

    assert not client._cluster.need_all_topic_metadata
