"""The small HTTP server that workers show metrics and health on."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from tradestream.errors import ConfigurationError
from tradestream.runtime.health import Checks, health, readiness


def serve_metrics(
    host: str, port: int, registry: CollectorRegistry, checks: Checks
) -> int:
    """Start serving in a daemon thread; return the port, chosen freely for 0.

    Raises:
        ConfigurationError: If the port cannot be listened on.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                self._answer(200, generate_latest(registry), CONTENT_TYPE_LATEST)
            elif path == "/health":
                self._answer(*health())
            elif path == "/ready":
                self._answer(*readiness(checks))
            else:
                self._answer(404, b'{"status": "not found"}')

        def _answer(
            self, status: int, body: bytes, kind: str = "application/json"
        ) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Probes come every few seconds: they are not news."""

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise ConfigurationError(
            f"a free port is required for --metrics_port, was {port}: {error.strerror}"
        ) from error
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return int(server.server_address[1])
