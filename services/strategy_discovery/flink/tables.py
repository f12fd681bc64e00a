"""The topics as tables of Flink, in SQL. Pure.

Of Flink's two ways to Kafka, Python sees a record's headers only through this
one: the classes of the other give its value alone, and write no headers.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.strategy_discovery.flink.settings import Kafka
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)

REQUESTS = "requests"
RESULTS = "results"
LETTERS = "letters"

_MAX_RECORD_BYTES = 16 << 20

_MESSAGE = "`key` BYTES, `value` BYTES, `headers` MAP<STRING, BYTES> METADATA"
_PLACE = "`partition` INT METADATA VIRTUAL, `offset` BIGINT METADATA VIRTUAL"
_RAW = {
    "connector": "kafka",
    "key.format": "raw",
    "key.fields": "key",
    "value.format": "raw",
    "value.fields-include": "EXCEPT_KEY",
}


@dataclass(frozen=True, slots=True)
class Sink:
    """A topic that is written.

    Attributes:
        table: Name of its table.
        topic: Its own name.
    """

    table: str
    topic: str


SINKS = (
    Sink(RESULTS, DISCOVERED_STRATEGIES),
    Sink(LETTERS, dead_letters(DISCOVERY_REQUESTS)),
)


def source_table(kafka: Kafka) -> str:
    """Return the statement that declares the topic of requests."""
    return _create(
        REQUESTS,
        f"{_MESSAGE}, {_PLACE}",
        {
            **_RAW,
            "topic": DISCOVERY_REQUESTS,
            "scan.startup.mode": "group-offsets",
            **_clients(kafka),
            "properties.group.id": kafka.group,
            "properties.auto.offset.reset": "earliest",
            "properties.isolation.level": "read_committed",
        },
    )


def sink_table(kafka: Kafka, sink: Sink) -> str:
    """Return the statement that declares a topic that is written exactly once."""
    return _create(
        sink.table,
        _MESSAGE,
        {
            **_RAW,
            "topic": sink.topic,
            # By the key, as every other producer of the platform.
            "sink.partitioner": "default",
            "sink.delivery-guarantee": "exactly-once",
            "sink.transactional-id-prefix": f"{kafka.transactions}-{sink.table}",
            **_clients(kafka),
            "properties.transaction.timeout.ms": str(
                round(kafka.transaction_seconds * 1000)
            ),
            "properties.compression.type": "lz4",
            "properties.linger.ms": "20",
            "properties.max.request.size": str(_MAX_RECORD_BYTES),
        },
    )


def _clients(kafka: Kafka) -> dict[str, str]:
    return {
        "properties.bootstrap.servers": kafka.bootstrap,
        **{f"properties.{name}": value for name, value in kafka.properties.items()},
    }


def _create(table: str, columns: str, options: Mapping[str, str]) -> str:
    listed = ",\n  ".join(
        f"{_quoted(name)} = {_quoted(value)}" for name, value in options.items()
    )
    return f"CREATE TEMPORARY TABLE {table} ({columns}) WITH (\n  {listed}\n)"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
