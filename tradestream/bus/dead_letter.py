"""Where what cannot be processed is kept, with everything needed to try again."""

from tradestream.bus.port import Bus, Message, Record
from tradestream.bus.topics import dead_letters

REASON = "dead_letter_reason"
TOPIC = "dead_letter_topic"
POSITION = "dead_letter_position"
DELIVERIES = "dead_letter_deliveries"


def dead_letter(bus: Bus, record: Record, reason: str) -> None:
    """Publish a record to `<topic>.dlq`; commit the record afterwards.

    A run killed before its commit publishes it again, with the same position.

    Raises:
        UnavailableError: If the bus did not answer; do not commit then.
    """
    bus.publish(dead_letters(record.topic), [letter(record, reason)])


def letter(record: Record, reason: str) -> Message:
    """Return what is kept of a record that cannot be processed.

    Key, value, and headers stay as they were; headers are added that say why,
    from where, and how often it was tried.
    """
    headers = {
        **record.message.headers,
        REASON: reason,
        TOPIC: record.topic,
        POSITION: record.position,
        DELIVERIES: str(record.deliveries),
    }
    return Message(record.message.key, record.message.value, headers)
