"""Between rows of Flink's tables and the platform's records. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from tradestream.bus.kafka_records import to_headers, to_record
from tradestream.bus.port import Message, Record
from tradestream.bus.topics import DISCOVERY_REQUESTS

MessageRow = tuple[bytes, bytes, dict[str, bytes]]
"""Key, value, and headers of a message that is written."""


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A record of the topic of requests as Flink hands it over.

    Attributes:
        key: Its key; None where its producer gave none.
        value: Its bytes.
        headers_by_name: Its headers.
        partition: Where it was read.
        offset: And which one it is there.
    """

    key: bytes | None
    value: bytes | None
    headers_by_name: Mapping[str, bytes | None]
    partition: int
    offset: int

    @property
    def topic(self) -> str:
        """The topic of requests."""
        return DISCOVERY_REQUESTS

    @property
    def timestamp(self) -> int:
        """When it was written, which nobody here asks for."""
        return 0

    @property
    def headers(self) -> list[tuple[str, bytes | None]]:
        """Its headers, as the client of the workers gives them."""
        return list(self.headers_by_name.items())


def record_of(row: RequestRow, deliveries: int = 1) -> Record:
    """Return the record that a worker would have been given."""
    return to_record(row, deliveries)


def row_of(message: Message) -> MessageRow:
    """Return a message as it is written."""
    return message.key.encode(), message.value, dict(to_headers(message.headers))
