"""A Pushgateway that only remembers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer


class Gateway:
    """Remembers what was pushed.

    Attributes:
        pushed: Metrics as text, by job.
        url: Where it listens.
    """

    def __init__(self) -> None:
        self.pushed: dict[str, str] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                """Take the metrics of a job."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.pushed[self.path.rsplit("/", 1)[-1]] = body.decode()
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def running_gateway() -> Iterator[Gateway]:
    """Serve a gateway in the background."""
    made = Gateway()
    thread = threading.Thread(target=made.server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        made.server.server_close()
        thread.join()
