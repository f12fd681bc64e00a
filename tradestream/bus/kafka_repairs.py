"""Repairs of the client, kafka-python 3.0."""

from collections.abc import Callable
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer
from kafka import errors as kafka
from kafka.net import transport
from kafka.protocol.metadata.find_coordinator import CoordinatorType

Receive = Callable[[Any], tuple[bytes, Exception | None]]


def hear_last_words() -> None:
    """Have both kinds of connections hear what a broker says before it hangs up.

    The client drops bytes that arrive together with the end of the connection. A
    broker refuses a password in just that way, so that a wrong one looked like a
    broker that is away.
    """
    for kind in (transport.KafkaTCPTransport, transport.KafkaSSLTransport):
        if kind._sock_recv.__name__ != "receive_data_first":
            kind._sock_recv = _data_first(kind._sock_recv)


def _data_first(receive: Receive) -> Receive:
    def receive_data_first(self: Any) -> tuple[bytes, Exception | None]:
        data, error = receive(self)
        # The end is still there for the next call.
        return (data, None) if data else (data, error)

    return receive_data_first


def forget_coordinator(client: KafkaAdminClient, group: str) -> None:
    """Have the next request about a group ask which broker it belongs to.

    The client asks once and keeps the answer for ever: when that broker is gone, or
    another has taken the group over, no later request would succeed.
    """
    client._manager.cluster._coordinators.pop((CoordinatorType.GROUP, group), None)


def forget_controller(client: KafkaAdminClient) -> None:
    """Have the next change of topics ask which broker takes it.

    The client keeps that answer, too, while its broker is away.
    """
    client._controller_id = None


def learn_topic(client: KafkaConsumer, topic: str) -> None:
    """Have a member know the partitions of a topic that there is.

    A broker that has just started may answer without the topic; the client takes
    that for an answer.

    Raises:
        kafka.errors.StaleMetadata: If the broker that was asked did not know it;
            another one may.
        kafka.errors.KafkaError: If no broker answered.
    """
    try:
        found = client.partitions_for_topic(topic)
    finally:
        # After a question that failed, the client would ask for all topics for ever.
        client._cluster.need_all_topic_metadata = False
    if not found:
        raise kafka.StaleMetadata(f"partitions of {topic} required, was none")
