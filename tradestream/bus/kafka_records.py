"""How a message lies in a Kafka record: key and headers in UTF-8."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tradestream.bus.port import Message, Record


def to_headers(headers: Mapping[str, str]) -> list[tuple[str, bytes]]:
    """Return the headers of the record for a message."""
    return [(name, value.encode()) for name, value in sorted(headers.items())]


def to_record(found: Any, deliveries: int) -> Record:
    """Return a record that the client read, as ours.

    One that somebody else wrote, without a key or a value, gets empty ones:
    decoding it fails, and it becomes a dead letter like any other bad message.
    """
    headers = {
        name: (value or b"").decode(errors="replace") for name, value in found.headers
    }
    key = (found.key or b"").decode(errors="replace")
    message = Message(key, found.value or b"", headers)
    position = to_position(found.partition, found.offset)
    at = datetime.fromtimestamp(found.timestamp / 1000, UTC)
    return Record(found.topic, position, message, deliveries, at)


def to_position(partition: int, offset: int) -> str:
    """Return where a record is, e.g. `3:1042`."""
    return f"{partition}:{offset}"


def parse_position(position: str) -> tuple[int, int]:
    """Return partition and offset."""
    partition, _, offset = position.partition(":")
    return int(partition), int(offset)
