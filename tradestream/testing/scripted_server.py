"""An HTTP server on loopback that gives the answers it was told, in order."""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.

    Attributes:
        body: What is sent; anything but bytes as JSON.
        status: The HTTP status.
        headers: Sent beside Content-Length.
        held_back_bytes: How much of the promised body never comes.
        silent: Whether nothing is said until the server stops.
    """

    body: object = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    held_back_bytes: int = 0
    silent: bool = False

    def encoded(self) -> bytes:
        """Return the body's bytes."""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body).encode()


class ScriptedServer:
    """Gives each answer once, the last one for ever.

    Attributes:
        url: Its base URL.
        asked: Paths with their queries, in order.
    """

    def __init__(self, url: str, answers: Sequence[Answer]) -> None:
        self.url = url
        self.asked: list[str] = []
        self._answers = list(answers)
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer one request."""
        with self._lock:
            answer = self._answers[min(len(self.asked), len(self._answers) - 1)]
            self.asked.append(handler.path)
        if answer.silent:
            self._stopped.wait()
            return
        body = answer.encoded()
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[: len(body) - answer.held_back_bytes])

    def stop(self) -> None:
        """Let go of requests that are held without an answer."""
        self._stopped.set()


@contextmanager
def scripted_server(*answers: Answer) -> Iterator[ScriptedServer]:
    """Run a server that gives `answers`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            script.reply(self)

        def log_message(self, *args: object) -> None:
            del args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        script = ScriptedServer(f"http://127.0.0.1:{server.server_port}", answers)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield script
        finally:
            script.stop()
            server.shutdown()
            thread.join()
