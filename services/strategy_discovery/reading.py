"""From records of the bus to groups of requests that share their bars."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from protos.discovery.v1.request_pb2 import (
    HistoryExamRequest,
    StrategyDiscoveryRequest,
)
from tradestream.bus.codec import decode
from tradestream.bus.port import Record
from tradestream.discovery.request_messages import (
    exam_request_from_proto,
    search_request_from_proto,
)
from tradestream.discovery.requests import ExamRequest, SearchRequest, Span
from tradestream.errors import InvalidMessageError
from tradestream.runtime.clock import Clock

CLOCK_SKEW = timedelta(minutes=5)
"""How far the clock of who asks may be ahead of ours; a later end is a mistake."""

Request = SearchRequest | ExamRequest


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and the record that it came in."""

    record: Record
    request: Request


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that cannot be answered, and why."""

    record: Record
    reason: str


def read(
    records: Iterable[Record],
    *,
    max_deliveries: int,
    clock: Clock,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[dict[Span, list[Asked]], list[Refused]]:
    """Return requests by the bars they share, and what cannot be answered.

    Spans come in the order (symbol, start, end), so that the bars of a symbol
    are read together; a request that is there twice is answered once.

    Args:
        records: What was polled.
        max_deliveries: A record that was handed out more often than this killed
            its worker each time.
        clock: Says which windows are over.
        pause: Waits some seconds, for a window that is over in a moment.
    """
    found: dict[Span, dict[Request, Asked]] = {}
    refused: list[Refused] = []
    for record in records:
        try:
            request = request_of(record, max_deliveries, clock, pause)
        except InvalidMessageError as error:
            refused.append(Refused(record, str(error)))
            continue
        found.setdefault(request.span, {}).setdefault(request, Asked(record, request))
    return {span: list(found[span].values()) for span in sorted(found)}, refused


def request_of(
    record: Record,
    max_deliveries: int,
    clock: Clock,
    pause: Callable[[float], None] = time.sleep,
) -> Request:
    """Return the checked request in a record, once its window is over.

    Nobody asks for a span a second time, so one that is over for who asked, and in
    at most CLOCK_SKEW for us, is waited for.

    Raises:
        InvalidMessageError: If there is none that can be answered.
    """
    request = _request(record, max_deliveries)
    _wait_until_over(request.span, clock, pause)
    return request


def _wait_until_over(span: Span, clock: Clock, pause: Callable[[float], None]) -> None:
    now = clock.now()
    if span.end > now + CLOCK_SKEW:
        raise InvalidMessageError(
            f"end_time: a window that is over at {now.isoformat()} is required, "
            f"was {span.end.isoformat()}"
        )
    if span.end > now:
        pause((span.end - now).total_seconds())


def _request(record: Record, max_deliveries: int) -> Request:
    if record.deliveries > max_deliveries:
        raise InvalidMessageError(
            f"at most {max_deliveries} deliveries are required, was "
            f"{record.deliveries}: it ended its worker each time"
        )
    message = decode(record, StrategyDiscoveryRequest, HistoryExamRequest)
    if isinstance(message, HistoryExamRequest):
        return exam_request_from_proto(message)
    assert isinstance(message, StrategyDiscoveryRequest)  # noqa: S101 - narrows
    return search_request_from_proto(message)
