"""A Pushgateway of Prometheus: keeps what jobs pushed until it is scraped."""

from dataclasses import dataclass
from pathlib import Path

from tradestream.local.full_size.http_server import HttpServer, program
from tradestream.local.ports import HOST
from tradestream.local.processes import Handle


@dataclass(frozen=True, slots=True)
class PushgatewayServer:
    """A Pushgateway whose groups outlive a restart.

    Attributes:
        folder: Its data; made by the first start.
        port: Loopback port that it listens on.
        log: File that its output goes to.
    """

    folder: Path
    port: int
    log: Path

    @property
    def url(self) -> str:
        """What `--pushgateway_url` takes."""
        return f"http://{HOST}:{self.port}"

    def running(self) -> Handle | None:
        """Return its process, None when it does not run."""
        return self._server(()).running()

    def start(self) -> Handle:
        """Start it, unless it runs; StartError with its last words if it fails."""
        command = (
            program("prometheus-pushgateway", "prometheus-pushgateway"),
            f"--web.listen-address={HOST}:{self.port}",
            f"--persistence.file={self.folder / 'groups'}",
            "--persistence.interval=10s",
            "--log.level=warn",
        )
        return self._server(command).start()

    def stop(self) -> None:
        """Stop it, if it runs, and wait until it is gone."""
        self._server(()).stop()

    def _server(self, command: tuple[str, ...]) -> HttpServer:
        return HttpServer(
            "pushgateway", command, self.port, self.folder, self.log, "/-/ready"
        )
