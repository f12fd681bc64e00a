"""Between protobuf messages and what travels on the bus."""

from functools import lru_cache
from typing import TypeVar

from google.protobuf.message import DecodeError
from google.protobuf.message import Message as Proto

from tradestream.bus.port import Message, Record
from tradestream.errors import InvalidMessageError

TYPE = "type"
SCHEMA = "schema"
REQUEST_ID = "request_id"
CORRELATION_ID = "correlation_id"
ANSWERED_BY = "answered_by"

P = TypeVar("P", bound=Proto)


def encode(
    message: Proto,
    *,
    key: str,
    subkey: str = "",
    request_id: str = "",
    correlation_id: str = "",
    answered_by: str = "",
) -> Message:
    """Return `message` as it is published; equal messages give equal bytes.

    Args:
        message: What is sent.
        key: Partition key, the symbol unless the topic says otherwise.
        subkey: Divides a key whose messages need no order; see `Message`.
        request_id: What was asked, when this answers or asks something.
        correlation_id: What follows the matter through every room.
        answered_by: Name of the worker, when this answers something; for people.
    """
    headers = {
        TYPE: message.DESCRIPTOR.full_name,
        SCHEMA: message.DESCRIPTOR.file.name,
    }
    if request_id:
        headers[REQUEST_ID] = request_id
    if correlation_id:
        headers[CORRELATION_ID] = correlation_id
    if answered_by:
        headers[ANSWERED_BY] = answered_by
    value = message.SerializeToString(deterministic=True)
    return Message(key, value, headers, subkey)


def decode(record: Record, *types: type[P]) -> P:
    """Return the message in a record, which must be one of `types`.

    Raises:
        InvalidMessageError: If its header names another type, or none, or its
            bytes are not a message of that type.
    """
    by_name: dict[str, type[P]] = _by_name(types)
    name = record.message.headers.get(TYPE)
    if name is None or name not in by_name:
        wanted = " or ".join(by_name)
        raise InvalidMessageError(f"a message of type {wanted} is required, was {name}")
    message = by_name[name]()
    try:
        message.ParseFromString(record.message.value)
    except DecodeError as error:
        size = len(record.message.value)
        raise InvalidMessageError(
            f"bytes of a {name} are required, was {size} bytes that do not parse"
        ) from error
    return message


@lru_cache(maxsize=256)
def _by_name(types: tuple[type[P], ...]) -> dict[str, type[P]]:
    return {wanted.DESCRIPTOR.full_name: wanted for wanted in types}
