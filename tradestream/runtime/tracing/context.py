"""Ids of traces and spans, made from correlation ids (W3C trace context).

Everything of one matter is one trace, whoever worked on it and however often:
its id is a hash of the correlation id, so rooms agree without asking. The same
work gives the same span, so a message that is published twice is seen once.
Pure: no I/O, no clock.
"""

import hashlib
import re
from dataclasses import dataclass

TRACEPARENT = "traceparent"
"""Name of the header on the bus, as W3C has it."""

_SAMPLED = 1
_FORM = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class SpanContext:
    """Where in which trace.

    Attributes:
        trace_id: 16 bytes as a number, never 0.
        span_id: 8 bytes as a number, never 0.
    """

    trace_id: int
    span_id: int

    def header(self) -> str:
        """Return the value of `traceparent`."""
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-{_SAMPLED:02x}"


def trace_id(correlation_id: str) -> int:
    """Return the id of the trace of a matter."""
    return _number(16, "trace", correlation_id)


def span_id(*parts: str) -> int:
    """Return the id of the span of a piece of work; equal parts, equal span."""
    return _number(8, "span", *parts)


def parse(header: str | None) -> SpanContext | None:
    """Return what a `traceparent` says, None when it says nothing we know.

    Another version, or an id of zeros, is nothing we know: W3C has such a header
    ignored, and so a trace begins anew.
    """
    found = _FORM.fullmatch(header or "")
    if found is None:
        return None
    context = SpanContext(int(found[1], 16), int(found[2], 16))
    return context if context.trace_id and context.span_id else None


def chosen(trace: int, share: float) -> bool:
    """Return whether a trace is among `share` of all; every room says the same."""
    return (trace & (2**64 - 1)) < share * 2**64


def _number(size: int, *parts: str) -> int:
    text = "\x00".join(parts).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:size], "big") or 1
