"""Rows of Flink and records of the platform say the same."""

from services.strategy_discovery.flink.records import RequestRow, record_of, row_of
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERY_REQUESTS


def test_a_record_is_that_which_a_worker_is_given() -> None:
    row = RequestRow(b"BTC-USD", b"\x00\x01", {"type": b"T", "none": None}, 3, 42)

    record = record_of(row)

    assert record.topic == DISCOVERY_REQUESTS
    assert record.position == "3:42"
    assert record.deliveries == 1
    assert record.message == Message("BTC-USD", b"\x00\x01", {"type": "T", "none": ""})


def test_a_record_without_key_or_value_is_a_record_too() -> None:
    record = record_of(RequestRow(None, None, {}, 0, 0))

    assert record.message == Message("", b"", {})


def test_a_message_keeps_key_value_and_headers() -> None:
    message = Message("BTC-USD", b"\x00", {"type": "T", "dead_letter_reason": "näh"})

    key, value, headers = row_of(message)

    assert (key, value) == (b"BTC-USD", b"\x00")
    assert headers == {"type": b"T", "dead_letter_reason": "näh".encode()}
    assert record_of(RequestRow(key, value, headers, 0, 0)).message == message
