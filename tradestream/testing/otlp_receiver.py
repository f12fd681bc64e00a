"""A collector for tests: takes OTLP over HTTP and keeps the spans it was sent."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

CONTENT = "application/x-protobuf"


@dataclass(frozen=True, slots=True)
class Received:
    """A span, and the room that sent it."""

    room: str
    span: Span

    @property
    def trace(self) -> str:
        """Return the id of its trace in hex."""
        return self.span.trace_id.hex()

    def attribute(self, name: str) -> object:
        """Return one of its attributes, None when it has none of that name."""
        for item in self.span.attributes:
            if item.key == name:
                return getattr(item.value, item.value.WhichOneof("value") or "")
        return None


@dataclass(slots=True)
class Receiver:
    """What was received.

    Attributes:
        url: Base of the collector.
        spans: All spans, in the order of arrival.
        status: What it answers; 200 keeps the spans.
        hold: While set, no request is answered.
    """

    url: str = ""
    spans: list[Received] = field(default_factory=list)
    status: int = 200
    hold: threading.Event = field(default_factory=threading.Event)
    requests: int = 0

    def of(self, room: str) -> list[Received]:
        """Return the spans of a room."""
        return [received for received in self.spans if received.room == room]

    def named(self, name: str) -> list[Received]:
        """Return the spans of a name."""
        return [received for received in self.spans if received.span.name == name]

    def take(self, body: bytes) -> None:
        """Keep the spans of a request, each with the name of its service."""
        request = ExportTraceServiceRequest.FromString(body)
        for part in request.resource_spans:
            names = {a.key: a.value.string_value for a in part.resource.attributes}
            for scope in part.scope_spans:
                self.spans += [Received(names["service.name"], s) for s in scope.spans]


@contextmanager
def otlp_receiver() -> Iterator[Receiver]:
    """Run a collector on loopback."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.requests += 1
            while receiver.hold.is_set():
                if ended.wait(0.02):
                    return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            right = (
                self.path == "/v1/traces" and self.headers["Content-Type"] == CONTENT
            )
            status = receiver.status if right else 404
            if status == 200:
                receiver.take(body)
            answer = ExportTraceServiceResponse().SerializeToString()
            self.send_response(status)
            self.send_header("Content-Type", CONTENT)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    ended = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
