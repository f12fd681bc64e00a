"""Sending spans to a collector (OTLP over HTTP), beside the work.

A collector that is slow, full, or away costs spans and never a run: spans wait
in a queue with a bound, one thread sends them, and the end waits for it only
for some seconds. What was lost is said in one line.
"""

import logging
import queue
import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.trace import Link, SpanKind, TraceFlags
from opentelemetry.trace import SpanContext as OtelContext
from opentelemetry.trace.status import Status, StatusCode

from tradestream import __version__
from tradestream.runtime.logs import get_logger
from tradestream.runtime.tracing.context import SpanContext
from tradestream.runtime.tracing.spans import Span

QUEUE = 32_768
BATCH = 1_000
PATIENCE_SECONDS = 0.5
"""How long a span waits for others to travel with."""
REQUEST_SECONDS = 5.0
FLUSH_SECONDS = 5.0
"""How long the end of a run waits for what is still to be sent."""


class OtlpSink:
    """Takes spans of one room; call it from any thread.

    Args:
        url: Base of the collector, e.g. `http://collector:4318`.
        room: Name of the room, the `service.name` of its spans.
        flush_seconds: How long `close` may take.
    """

    def __init__(
        self, url: str, room: str, *, flush_seconds: float = FLUSH_SECONDS
    ) -> None:
        # Its words about retries would stand among our log lines.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL + 1)
        self._room = room
        self._url = url
        self._flush_seconds = flush_seconds
        self._resource = Resource(
            {
                "service.name": room,
                "service.namespace": "tradestream",
                "service.version": __version__,
            }
        )
        self._exporter = OTLPSpanExporter(
            endpoint=f"{url.rstrip('/')}/v1/traces", timeout=REQUEST_SECONDS
        )
        self._queue: queue.Queue[Span | None] = queue.Queue(QUEUE)
        self._lost = 0
        self._sent = 0
        self._on_the_way = 0
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="otlp", daemon=True)
        self._thread.start()

    def __call__(self, span: Span) -> None:
        """Take a span; drop it when too many wait."""
        try:
            self._queue.put_nowait(span)
        except queue.Full:
            self._lost += 1

    @property
    def sent(self) -> int:
        """How many spans the collector took."""
        return self._sent

    def close(self) -> int:
        """Send what waits, within the bound; return how many spans were lost."""
        self._closing.set()
        with suppress(queue.Full):  # then it is awake
            self._queue.put_nowait(None)
        self._thread.join(self._flush_seconds)
        self._exporter.shutdown()  # type: ignore[no-untyped-call]  # ends a retry that still waits
        self._thread.join(1.0)
        left = sum(span is not None for span in self._left())
        lost = self._lost + self._on_the_way + left
        if lost:
            get_logger(self._room).warning(
                "spans not sent", lost=lost, sent=self._sent, otlp_url=self._url
            )
        return lost

    def _left(self) -> list[Span | None]:
        left = []
        while True:
            try:
                left.append(self._queue.get_nowait())
            except queue.Empty:
                return left

    def _run(self) -> None:
        while not (self._closing.is_set() and self._queue.empty()):
            batch = self._batch()
            if batch:
                self._send(batch)

    def _batch(self) -> list[Span]:
        found: list[Span] = []
        until = time.monotonic() + PATIENCE_SECONDS
        while len(found) < BATCH:
            wait = 0.0 if self._closing.is_set() else until - time.monotonic()
            try:
                span = (
                    self._queue.get(timeout=wait)
                    if wait > 0
                    else (self._queue.get_nowait())
                )
            except queue.Empty:
                return found
            if span is not None:
                found.append(span)
        return found

    def _send(self, batch: Sequence[Span]) -> None:
        self._on_the_way = len(batch)
        try:
            result = self._exporter.export([self._readable(span) for span in batch])
        except Exception as error:  # noqa: BLE001  what it raises ends no run
            get_logger(self._room).warning("spans refused", reason=str(error))
            result = SpanExportResult.FAILURE
        self._on_the_way = 0
        if result is SpanExportResult.SUCCESS:
            self._sent += len(batch)
        else:
            self._lost += len(batch)

    def _readable(self, span: Span) -> ReadableSpan:
        status = Status(StatusCode.ERROR, span.error) if span.error else Status()
        return ReadableSpan(
            span.name,
            _otel(span.context),
            None if span.parent is None else _otel(span.parent),
            self._resource,
            dict(span.attributes),
            (),
            [Link(_otel(link)) for link in span.links],
            SpanKind[span.kind],
            status=status,
            start_time=span.started_ns,
            end_time=span.ended_ns,
        )


def _otel(place: SpanContext) -> OtelContext:
    flags = TraceFlags(TraceFlags.SAMPLED)
    return OtelContext(place.trace_id, place.span_id, is_remote=True, trace_flags=flags)
