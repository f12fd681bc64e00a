"""Publishing to Kafka: every replica that is in sync has what was acknowledged.

The producer is idempotent: what it sends again after a broken connection, the
broker knows, so a retry doubles nothing in the log.
"""

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any

from kafka import KafkaProducer
from kafka import errors as kafka
from kafka.partitioner import Partitioner, murmur2
from kafka.serializer import Serializer

from tradestream.bus.kafka_offsets import KafkaOffsets
from tradestream.bus.kafka_records import to_headers
from tradestream.bus.port import Message
from tradestream.errors import OversizedMessageError, TradeStreamError
from tradestream.runtime.traffic import SENT_TO_BUS, TRAFFIC

BATCH_BYTES = 256 * 1024
LINGER_SECONDS = 0.02
# The bound is the topic's: a broker knows it, a client only guesses.
LARGEST_REQUEST_BYTES = 64 * 1024 * 1024
_TOO_LARGE = (kafka.MessageSizeTooLargeError, kafka.RecordListTooLargeError)
_CLOSE_SECONDS = 5.0
_GRACE_SECONDS = 1.0
"""Beyond the time of a message, which the producer itself ends."""


class KafkaPublisher:
    """Connects with the first message.

    Args:
        options: What every client is made with.
        offsets: Says which topics there are.
        retry_seconds: How long a message may take until it is acknowledged.
    """

    def __init__(
        self, options: dict[str, Any], offsets: KafkaOffsets, retry_seconds: float
    ) -> None:
        self._options = options
        self._offsets = offsets
        self._retry_seconds = retry_seconds
        self._producer: KafkaProducer | None = None

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages; return when every one is acknowledged.

        Raises:
            UnavailableError: If that is not certain; some may be there.
            OversizedMessageError: If a message is larger than the topic takes;
                others may be there.
            ConfigurationError: If there is no such topic.
        """
        if not messages:
            return
        self._offsets.partitions(topic)
        try:
            self._send_all(topic, messages)
        except kafka.KafkaError as error:
            # What it still holds must not follow later, behind a newer attempt.
            self._drop()
            raise self._told(error, topic, messages) from error
        TRAFFIC.count(SENT_TO_BUS, sum(len(message.value) for message in messages))

    def close(self) -> None:
        """Give back the connections."""
        if self._producer is not None:
            self._producer.close(timeout=_CLOSE_SECONDS)
            self._producer = None

    def _send_all(self, topic: str, messages: Sequence[Message]) -> None:
        producer = self._connected()
        with _no_collection():
            futures = [
                producer.send(
                    topic,
                    value=message.value,
                    key=message,
                    headers=to_headers(message.headers),
                )
                for message in messages
            ]
            # Not by `flush`, which fails while a batch that was too large is split.
            deadline = time.monotonic() + self._retry_seconds + _GRACE_SECONDS
            for future in futures:
                future.get(timeout=max(0.0, deadline - time.monotonic()))

    def _connected(self) -> KafkaProducer:
        if self._producer is None:
            milliseconds = int(self._retry_seconds * 1000)
            with self._offsets.cluster.translated("publish"):
                self._producer = KafkaProducer(
                    **self._options
                    | {"request_timeout_ms": max(1000, milliseconds // 3)},
                    acks="all",
                    enable_idempotence=True,
                    compression_type="lz4",
                    linger_ms=int(LINGER_SECONDS * 1000),
                    batch_size=BATCH_BYTES,
                    max_request_size=LARGEST_REQUEST_BYTES,
                    delivery_timeout_ms=milliseconds,
                    max_block_ms=milliseconds,
                    allow_auto_create_topics=False,
                    metrics_enabled=False,
                    key_serializer=KeySerializer(),
                    partitioner=KeyPartitioner(),
                )
        return self._producer

    def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with suppress(kafka.KafkaError):  # what it still held is given up
                producer.close(timeout=0)

    def _told(
        self, error: kafka.KafkaError, topic: str, messages: Sequence[Message]
    ) -> TradeStreamError:
        if not isinstance(error, _TOO_LARGE):
            return self._offsets.cluster.error(error, f"publish to {topic}")
        largest = max(len(message.value) for message in messages)
        return OversizedMessageError(
            f"a message of at most {self._offsets.largest_message(topic)} bytes is "
            f"required by {topic}, was {largest} bytes"
        )


class KeySerializer(Serializer):  # type: ignore[misc]  # no stubs
    """Sends of a message's key what every other client would."""

    def serialize(self, _1: Any, _2: Any, message: Message) -> bytes:
        """Return the bytes of the key."""
        return message.key.encode()


class KeyPartitioner(Partitioner):  # type: ignore[misc]  # no stubs
    """Partitions by key as every client of Kafka does, each key hashed once.

    A key that has subkeys is spread over the partitions: twenty symbols would
    leave some of 24 empty, and others with three, whose worker is the last.
    """

    def partition(
        self, topic: str, message: Message, _1: Any, _2: Any, _3: Any, cluster: Any
    ) -> int:
        """Return the partition of a message."""
        place = _hash(message.key, message.subkey)
        return place % len(cluster.partitions_for_topic(topic))


@lru_cache(maxsize=65_536)
def _hash(key: str, subkey: str) -> int:
    placed_by = f"{key}/{subkey}" if subkey else key
    return int(murmur2(placed_by.encode())) & 0x7FFFFFFF


@contextmanager
def _no_collection() -> Iterator[None]:
    # Thousands of small objects, none of them in a cycle: looking for cycles would
    # take a sixth of the time.
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
