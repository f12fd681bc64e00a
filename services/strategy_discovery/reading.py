"""From records of the bus to groups of requests that share their bars."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

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
    records: Iterable[Record], *, max_deliveries: int, now: datetime
) -> tuple[dict[Span, list[Asked]], list[Refused]]:
    """Return requests by the bars they share, and what cannot be answered.

    Spans come in the order (symbol, start, end), so that the bars of a symbol
    are read together; a request that is there twice is answered once.

    Args:
        records: What was polled.
        max_deliveries: A record that was handed out more often than this killed
            its worker each time.
        now: A window that ends later is not over, and is not looked at.
    """
    found: dict[Span, dict[Request, Asked]] = {}
    refused: list[Refused] = []
    for record in records:
        try:
            request = request_of(record, max_deliveries, now)
        except InvalidMessageError as error:
            refused.append(Refused(record, str(error)))
            continue
        found.setdefault(request.span, {}).setdefault(request, Asked(record, request))
    return {span: list(found[span].values()) for span in sorted(found)}, refused


def request_of(record: Record, max_deliveries: int, now: datetime) -> Request:
    """Return the checked request in a record.

    Raises:
        InvalidMessageError: If there is none that can be answered.
    """
    request = _request(record, max_deliveries)
    _require_over(request.span, now)
    return request


def _require_over(span: Span, now: datetime) -> None:
    if span.end > now:
        raise InvalidMessageError(
            f"end_time: a window that is over at {now.isoformat()} is required, "
            f"was {span.end.isoformat()}"
        )


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
