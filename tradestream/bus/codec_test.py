"""Messages survive the bus, and wrong ones are named."""

import pytest

from protos.discovery.v1.request_pb2 import HistoryExamRequest, StrategyDiscoveryRequest
from tradestream.bus.codec import decode, encode
from tradestream.bus.port import Message, Record
from tradestream.errors import InvalidMessageError

REQUEST = StrategyDiscoveryRequest(request_id="r", symbol="BTC-USD", top_n=5)


def record(message: Message) -> Record:
    return Record("t", "1-0", message)


def test_gives_back_the_message() -> None:
    message = encode(REQUEST, key="BTC-USD", request_id="r", correlation_id="c")

    assert decode(record(message), StrategyDiscoveryRequest) == REQUEST
    assert message.headers == {
        "type": "tradestream.discovery.v1.StrategyDiscoveryRequest",
        "schema": "protos/discovery/v1/request.proto",
        "request_id": "r",
        "correlation_id": "c",
    }


def test_finds_the_type_among_several() -> None:
    exam = HistoryExamRequest(request_id="e", symbol="BTC-USD")

    found = decode(
        record(encode(exam, key="BTC-USD")),
        StrategyDiscoveryRequest,
        HistoryExamRequest,
    )

    assert isinstance(found, HistoryExamRequest)


def test_refuses_a_type_that_was_not_asked_for() -> None:
    message = encode(REQUEST, key="k")

    with pytest.raises(InvalidMessageError, match=r"was .*StrategyDiscoveryRequest"):
        decode(record(message), HistoryExamRequest)


def test_refuses_a_message_without_a_type() -> None:
    with pytest.raises(InvalidMessageError, match="was None"):
        decode(record(Message("k", b"")), HistoryExamRequest)


def test_refuses_bytes_that_do_not_parse() -> None:
    headers = encode(REQUEST, key="k").headers

    with pytest.raises(InvalidMessageError, match="was 3 bytes that do not parse"):
        decode(record(Message("k", b"\xff\xff\xff", headers)), StrategyDiscoveryRequest)
