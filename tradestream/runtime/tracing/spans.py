"""Spans of what a room does; nothing at all unless `--otlp_url` is set.

A span is a frozen record that is handed to a sink when the work is over. Rooms
rarely call this: `traced_bus` makes the spans of messages, `working_on` those
of the work on one of them, and `tradestream.runtime.app` the span of a run.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from tradestream.runtime.tracing import context
from tradestream.runtime.tracing.context import SpanContext

Attribute = str | int | float | bool

INTERNAL, PRODUCER, CONSUMER = "INTERNAL", "PRODUCER", "CONSUMER"
MOST_LINKS = 128
"""Links of a span; OpenTelemetry's own bound."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of work that is over.

    Attributes:
        name: What was done, e.g. `publish trade-signals`.
        context: Its place.
        parent: What it is part of or follows from; None for the first.
        kind: One of INTERNAL, PRODUCER, CONSUMER.
        started_ns: Begin, nanoseconds since 1970.
        ended_ns: End.
        attributes: What else is known.
        links: Spans of other traces that belong to it.
        error: Why it failed, empty when it did not.
    """

    name: str
    context: SpanContext
    parent: SpanContext | None
    kind: str
    started_ns: int
    ended_ns: int
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    links: Sequence[SpanContext] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Tracer:
    """Where the spans of this process go.

    Attributes:
        room: Whose work it is.
        share: Share of matters that are traced, 0 to 1.
        sink: Takes spans that are over; must neither wait nor fail.
        run: The span of the run, which is a trace of its own.
        in_hand: Spans of messages that were polled and not committed, by matter.
    """

    room: str
    share: float
    sink: Callable[[Span], None]
    run: SpanContext
    in_hand: dict[str, SpanContext] = field(default_factory=dict)

    def wants(self, correlation_id: str) -> bool:
        """Return whether the matter is among those that are traced."""
        return bool(correlation_id) and context.chosen(
            context.trace_id(correlation_id), self.share
        )


_current: list[Tracer] = []
_within: ContextVar[SpanContext | None] = ContextVar("within", default=None)


def tracer() -> Tracer | None:
    """Return the tracer of this process, None when nothing is traced."""
    return _current[-1] if _current else None


@contextmanager
def tracing(made: Tracer) -> Iterator[None]:
    """Let spans go to `made` meanwhile, in all threads of the process."""
    _current.append(made)
    try:
        yield
    finally:
        _current.remove(made)


def new_run() -> SpanContext:
    """Return the place of a run: no matter of its own, so drawn anew."""
    trace, place = (int.from_bytes(os.urandom(size), "big") for size in (16, 8))
    return SpanContext(trace or 1, place or 1)


def within(correlation_id: str) -> SpanContext | None:
    """Return the span that this thread is in, if it is of that matter."""
    found = _within.get()
    if found is None or found.trace_id != context.trace_id(correlation_id):
        return None
    return found


@contextmanager
def span(
    name: str,
    correlation_id: str,
    *,
    parent: SpanContext | None = None,
    key: str = "",
    follows: str = "",
) -> Iterator[None]:
    """Be one span of a matter's trace while the work lasts.

    Args:
        name: What is done.
        correlation_id: The matter; nothing is noted when it is empty.
        parent: What the work follows from, when nothing of the matter is in hand.
        key: What tells it from other work of that name on the matter.
        follows: Another matter that this one comes from; its trace is linked.
    """
    to = tracer()
    if to is None or not to.wants(correlation_id):
        yield
        return
    place = SpanContext(
        context.trace_id(correlation_id),
        context.span_id(correlation_id, to.room, name, key),
    )
    above = within(correlation_id) or to.in_hand.get(correlation_id) or parent
    started, error = time.time_ns(), ""
    token = _within.set(place)
    try:
        yield
    except BaseException as failure:
        error = f"{type(failure).__name__}: {failure}"
        raise
    finally:
        _within.reset(token)
        noted = {"correlation_id": correlation_id}
        to.sink(
            Span(name, place, above, INTERNAL, started, time.time_ns(), noted,
                 links=_links(to, follows), error=error)
        )  # fmt: skip


def _links(to: Tracer, follows: str) -> tuple[SpanContext, ...]:
    if not follows:
        return (to.run,)
    other = SpanContext(context.trace_id(follows), context.span_id(follows))
    return (to.run, other)
