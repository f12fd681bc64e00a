"""What is in hand: its ids on every log line, and one span of its trace."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tradestream.runtime import logs
from tradestream.runtime.tracing import context, spans

_CORRELATION_ID = "correlation_id"
_REQUEST_ID = "request_id"


def ids(request_id: str) -> Mapping[str, str]:
    """Return the headers of everything that belongs to a request."""
    return {_CORRELATION_ID: request_id, _REQUEST_ID: request_id}


def of(correlation_id: str) -> Mapping[str, str]:
    """Return the headers of a matter that is no request."""
    return {_CORRELATION_ID: correlation_id}


@contextmanager
def working_on(
    what: str, headers: Mapping[str, str], *, follows: str = ""
) -> Iterator[None]:
    """Work on the message with these headers.

    Its correlation id and request id are on every line that this thread writes
    meanwhile; with tracing on, the work is a span of the matter's trace.

    Args:
        what: The work, e.g. `search`.
        headers: Of the message, as they came on the bus.
        follows: Correlation id of another matter that this one comes from.
    """
    matter = headers.get(_CORRELATION_ID, "")
    request = headers.get(_REQUEST_ID, "")
    with logs.bound(correlation_id=matter, request_id=request):
        if spans.tracer() is None:
            yield
            return
        parent = context.parse(headers.get(context.TRACEPARENT))
        with spans.span(what, matter, parent=parent, follows=follows):
            yield
