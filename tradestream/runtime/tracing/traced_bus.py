"""A bus that notes what passes: a span for each message, and one for each batch.

Publishing gives a message its `traceparent`; who polls it later works in the
same trace. Spans of consumers last from the poll to the commit.
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tradestream.bus.codec import CORRELATION_ID, REQUEST_ID
from tradestream.bus.port import Bus, Consumer, Message, Record
from tradestream.runtime.tracing import context, spans
from tradestream.runtime.tracing.context import TRACEPARENT, SpanContext
from tradestream.runtime.tracing.spans import (
    CONSUMER,
    MOST_LINKS,
    PRODUCER,
    Attribute,
    Span,
    Tracer,
)


class TracedBus:
    """Another bus, and spans of what it does."""

    def __init__(self, bus: Bus, tracer: Tracer) -> None:
        self._bus = bus
        self._tracer = tracer

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Publish with `traceparent` headers; one span a message, one a batch."""
        name, started = f"publish {topic}", time.time_ns()
        places = [self._place(name, message) for message in messages]
        self._bus.publish(topic, [_marked(*pair) for pair in _pairs(messages, places)])
        ended = time.time_ns()
        seen: set[int] = set()
        for message, place in _pairs(messages, places):
            if place is not None and place.span_id not in seen:
                seen.add(place.span_id)
                parent = self._parent(message.headers)
                self._note(name, place, parent, PRODUCER, started, ended, message)
        if messages:
            self._batch(name, [p for p in places if p], len(messages), started)

    def consumer(self, topic: str, group: str, *, member: str = "main") -> Consumer:
        """Join `group`; what is polled is in hand until it is committed."""
        return _TracedConsumer(
            self, self._bus.consumer(topic, group, member=member), topic
        )

    def lag(self, topic: str, group: str) -> int:
        """Return how many records `group` has not committed yet."""
        return self._bus.lag(topic, group)

    def newest(self, topic: str, count: int) -> list[Record]:
        """Return the last `count` records of a topic, oldest first."""
        return self._bus.newest(topic, count)

    def close(self) -> None:
        """Give back all connections."""
        self._bus.close()

    def _place(self, name: str, message: Message) -> SpanContext | None:
        matter = message.headers.get(CORRELATION_ID, "")
        if not self._tracer.wants(matter):
            return None
        room = self._tracer.room
        return SpanContext(
            context.trace_id(matter), context.span_id(matter, room, name)
        )

    def _parent(self, headers: Mapping[str, str]) -> SpanContext | None:
        matter = headers.get(CORRELATION_ID, "")
        return spans.within(matter) or self._tracer.in_hand.get(matter)

    def _note(
        self,
        name: str,
        place: SpanContext,
        parent: SpanContext | None,
        kind: str,
        started: int,
        ended: int,
        message: Message,
        **more: Attribute,
    ) -> None:
        noted: dict[str, Attribute] = {
            "correlation_id": message.headers.get(CORRELATION_ID, ""),
            "messaging.message.key": message.key,
            **more,
        }
        if REQUEST_ID in message.headers:
            noted["request_id"] = message.headers[REQUEST_ID]
        links = (self._tracer.run,)
        self._tracer.sink(Span(name, place, parent, kind, started, ended, noted, links))

    def _batch(
        self, name: str, places: Sequence[SpanContext], count: int, started: int
    ) -> None:
        """Note a batch in the trace of the run, with links to its matters."""
        run = self._tracer.run
        place = SpanContext(run.trace_id, spans.new_run().span_id)
        links = tuple(dict.fromkeys(places))[:MOST_LINKS]
        noted: dict[str, Attribute] = {"messaging.batch.message_count": count}
        self._tracer.sink(
            Span(name, place, run, spans.INTERNAL, started, time.time_ns(), noted,
                 links)
        )  # fmt: skip


class _TracedConsumer:
    """Another consumer, whose records are in hand from poll to commit."""

    def __init__(self, bus: TracedBus, consumer: Consumer, topic: str) -> None:
        self._bus = bus
        self._consumer = consumer
        self._topic = topic
        self._begun: dict[str, tuple[int, SpanContext | None]] = {}

    def poll(self, max_records: int, timeout_seconds: float) -> list[Record]:
        """Poll; the matters of the records are in hand from now on."""
        records = self._consumer.poll(max_records, timeout_seconds)
        now = time.time_ns()
        seen: set[str] = set()
        for record in records:
            matter = record.message.headers.get(CORRELATION_ID, "")
            place = None if matter in seen else self._place(matter, record)
            seen.add(matter)
            self._begun[record.position] = (now, place)
            if place is not None:
                self._bus._tracer.in_hand[matter] = place
        return records

    def commit(self, records: Sequence[Record]) -> None:
        """Commit; the spans of the records end: one a matter, one a batch."""
        self._consumer.commit(records)
        ended, name, places = time.time_ns(), f"process {self._topic}", []
        counts = Counter(r.message.headers.get(CORRELATION_ID, "") for r in records)
        first = ended
        for record in records:
            started, place = self._begun.pop(record.position, (ended, None))
            first = min(first, started)
            if place is None:
                continue
            places.append(place)
            headers = record.message.headers
            matter = headers[CORRELATION_ID]
            if self._bus._tracer.in_hand.get(matter) == place:
                del self._bus._tracer.in_hand[matter]
            self._bus._note(
                name, place, context.parse(headers.get(TRACEPARENT)), CONSUMER,
                started, ended, record.message,
                messages=counts[matter], deliveries=record.deliveries,
            )  # fmt: skip
        if records:
            self._bus._batch(name, places, len(records), first)

    def close(self) -> None:
        """Leave the group."""
        self._consumer.close()

    def _place(self, matter: str, record: Record) -> SpanContext | None:
        tracer = self._bus._tracer
        if not tracer.wants(matter):
            return None
        work = (matter, tracer.room, record.topic, record.position)
        return SpanContext(
            context.trace_id(matter), context.span_id(*work, str(record.deliveries))
        )


def _marked(message: Message, place: SpanContext | None) -> Message:
    if place is None:
        return message
    return replace(message, headers={**message.headers, TRACEPARENT: place.header()})


def _pairs(
    messages: Sequence[Message], places: Sequence[SpanContext | None]
) -> list[tuple[Message, SpanContext | None]]:
    return list(zip(messages, places, strict=True))
