"""The bus on Apache Kafka.

Durable means on every replica that is in sync, of which the topic demands a
number (`min_insync_replicas`): the loss of a broker loses nothing.
"""

from collections.abc import Sequence

from tradestream.bus.kafka_consumer import KafkaConsumer
from tradestream.bus.kafka_newest import newest
from tradestream.bus.kafka_offsets import KafkaOffsets
from tradestream.bus.kafka_partitions import shortage
from tradestream.bus.kafka_publisher import KafkaPublisher
from tradestream.bus.kafka_settings import client_options
from tradestream.bus.kafka_times import KafkaTimes
from tradestream.bus.port import Message, Record
from tradestream.bus.security import BusSecurity
from tradestream.runtime.logs import get_logger


class KafkaBus:
    """A bus on the brokers of one cluster.

    Args:
        url: Such as `kafka://host:9092,host:9093`.
        security: How to be let in.
        times: Bounds of patience.

    Raises:
        UnavailableError: If no broker answers in time.
        ConfigurationError: If the URL, a file, or the password is wrong.
    """

    def __init__(
        self,
        url: str,
        security: BusSecurity | None = None,
        times: KafkaTimes | None = None,
    ) -> None:
        self._times = times or KafkaTimes()
        self._options = client_options(url, security or BusSecurity(), self._times)
        self._offsets = KafkaOffsets(self._options, self._times.retry)
        self._publisher = KafkaPublisher(
            self._options, self._offsets, self._times.retry
        )

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages to a topic; return when all are acknowledged."""
        self._publisher.publish(topic, messages)

    def consumer(
        self, topic: str, group: str, *, member: str = "main"
    ) -> KafkaConsumer:
        """Join `group`, which reads `topic` from its first record."""
        lacks = shortage(topic, len(self._offsets.partitions(topic)))
        if lacks is not None:
            get_logger(group).warning(lacks)
        return KafkaConsumer(
            self._options, self._offsets, topic, group, member, self._times
        )

    def lag(self, topic: str, group: str) -> int:
        """Return how many records `group` has not committed yet."""
        return self._offsets.lag(topic, group)

    def newest(self, topic: str, count: int) -> list[Record]:
        """Return the last `count` records of a topic, oldest first."""
        return newest(self._options, self._offsets, topic, count, self._times.retry)

    def close(self) -> None:
        """Give back all connections."""
        self._publisher.close()
        self._offsets.close()
