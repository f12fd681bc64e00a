"""How a message lies in a stream entry: fields `key`, `value`, and `h:<header>`."""

from collections.abc import Mapping
from datetime import UTC, datetime

from tradestream.bus.port import Message, Record

_KEY = b"key"
_VALUE = b"value"
_HEADER = b"h:"


def to_fields(message: Message) -> dict[bytes, bytes]:
    """Return the fields of the entry for a message."""
    fields = {_KEY: message.key.encode(), _VALUE: message.value}
    for name, value in sorted(message.headers.items()):
        fields[_HEADER + name.encode()] = value.encode()
    return fields


def to_record(
    topic: str, entry: tuple[bytes, Mapping[bytes, bytes]], deliveries: int
) -> Record:
    """Return the record in an entry.

    An entry that somebody else wrote, without our fields, has an empty value:
    decoding it fails, and it becomes a dead letter like any other bad message.
    """
    position, fields = entry
    headers = {
        name.removeprefix(_HEADER).decode(errors="replace"): value.decode(
            errors="replace"
        )
        for name, value in fields.items()
        if name.startswith(_HEADER)
    }
    key = fields.get(_KEY, b"").decode(errors="replace")
    message = Message(key, fields.get(_VALUE, b""), headers)
    at = _published_at(position)
    return Record(topic, position.decode(), message, deliveries, at)


def _published_at(position: bytes) -> datetime:
    """Return the time in an entry's id, which the server made of its clock."""
    milliseconds = position.partition(b"-")[0]
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
