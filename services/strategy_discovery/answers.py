"""From a request to the messages that answer it: one way, whatever runs it.

The workers and the job on Flink differ in how requests reach this function and
how messages leave it, and in nothing between.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.strategy_discovery.answering import Result, answer
from services.strategy_discovery.pooled import answer_group
from services.strategy_discovery.reading import Asked
from services.strategy_discovery.windows import Windows
from tradestream.bus.codec import encode
from tradestream.bus.port import Message
from tradestream.discovery.requests import ExamRequest, is_group
from tradestream.errors import InvalidMessageError
from tradestream.runtime.matter import working_on


def _go_on() -> None:
    """Stop nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What answers one request.

    Attributes:
        messages: In the order in which they are published, the summary last.
        is_exam: Whether it was an exam, and not a search.
        finds: How many of the messages are finds.
        trials: Distinct genomes that a search evaluated.
    """

    messages: tuple[Message, ...]
    is_exam: bool
    finds: int
    trials: int


def answer_request(
    asked: Asked,
    windows: Windows,
    *,
    answered_by: str,
    between: Callable[[], None] = _go_on,
) -> Answer:
    """Return the messages that answer a request.

    The same request on the same bars gives the same messages, but for the
    header that says who answered.

    Args:
        asked: A checked request.
        windows: Opens the bars of its span.
        answered_by: Name of the worker.
        between: Called between the members of a group; may raise to stop.

    Raises:
        InvalidMessageError: If it cannot be answered.
        UnavailableError: If the candle store did not answer.
    """
    with working_on("answer", asked.record.message.headers):
        results = _results(asked, windows, between)
    names = [result.DESCRIPTOR.name for result in results]
    return Answer(
        messages=tuple(_encode(result, answered_by) for result in results),
        is_exam=isinstance(asked.request, ExamRequest),
        finds=names.count("DiscoveredStrategy"),
        trials=sum(getattr(result, "trials", 0) for result in results[-1:]),
    )


def _results(
    asked: Asked, windows: Windows, between: Callable[[], None]
) -> Sequence[Result]:
    request = asked.request
    symbol = request.span.symbol
    if not is_group(symbol):
        return answer(request, *windows.open(request.span))
    if not isinstance(request, ExamRequest):
        raise InvalidMessageError(
            f"symbol: a symbol is required, was the group {symbol!r}"
        )
    return answer_group(request, windows.passing(), between)


def _encode(result: Result, answered_by: str) -> Message:
    return encode(
        result,
        key=result.symbol,
        request_id=result.request_id,
        correlation_id=result.request_id,
        answered_by=answered_by,
    )
