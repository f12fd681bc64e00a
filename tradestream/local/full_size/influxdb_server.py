"""InfluxDB 2 as a process on a loopback port, with a bucket for candles."""

import http.client
import json
import os
import secrets
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradestream.errors import ConfigurationError
from tradestream.local.full_size import parts
from tradestream.local.full_size.http_server import HttpServer
from tradestream.local.ports import HOST
from tradestream.local.processes import Handle, StartError

ORG = "tradestream"
BUCKET = "candles"
RETENTION_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class InfluxDBServer:
    """A server on one data folder. Making the object touches nothing.

    Attributes:
        folder: Its data; made by the first start.
        port: Loopback port that it listens on.
        log: File that its output goes to.
        token_path: Where its token is kept, mode 600; None: in the data folder.
    """

    folder: Path
    port: int
    log: Path
    token_path: Path | None = None

    @property
    def url(self) -> str:
        """Its URL, e.g. `influxdb://127.0.0.1:20001/tradestream/candles`."""
        return f"influxdb://{HOST}:{self.port}/{ORG}/{BUCKET}"

    @property
    def token_file(self) -> Path:
        """File of the token that may do everything, mode 600."""
        return self.token_path or self.folder / "token"

    def running(self) -> Handle | None:
        """Return the process that serves this folder, None when there is none."""
        return self._server(()).running()

    def start(self) -> Handle:
        """Start the server, unless it runs; a new one gets bucket and token.

        Raises:
            ConfigurationError: If InfluxDB, or the token of old data, is missing.
            StartError: With its own last words, if it does not come up.
        """
        running = self.running()
        if running is not None:
            return running
        program = parts.INFLUXDB.find() / "influxd"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = self._server((str(program), *self._flags())).start()
        self._set_up()
        return handle

    def stop(self) -> None:
        """Stop the server, if it runs, and wait until it is gone."""
        self._server(()).stop()

    def kill(self) -> None:
        """End the server with SIGKILL; what it acknowledged is in its log on disk."""
        self._server(()).stop(signal.SIGKILL)

    def _server(self, command: tuple[str, ...]) -> HttpServer:
        return HttpServer(
            "influxdb",
            command,
            self.port,
            self.folder,
            self.log,
            "/health",
            self._environment(),
        )

    def _flags(self) -> list[str]:
        return [
            "run",
            f"--http-bind-address={HOST}:{self.port}",
            f"--bolt-path={self.folder / 'influxd.bolt'}",
            f"--sqlite-path={self.folder / 'influxd.sqlite'}",
            f"--engine-path={self.folder / 'engine'}",
            "--reporting-disabled",
            "--ui-disabled",
            "--log-level=warn",
        ]

    def _environment(self) -> dict[str, str]:
        # Its settings of the caller are not ours; without HOME it writes there.
        kept = {k: v for k, v in os.environ.items() if not k.startswith("INFLUXD_")}
        return {**kept, "HOME": str(self.folder)}

    def _set_up(self) -> None:
        """Make the organization, the bucket, and the token of a new server."""
        status, answer = self._ask("GET", "/api/v2/setup")
        if status == 200 and not json.loads(answer)["allowed"]:
            if not self.token_file.exists():
                raise ConfigurationError(
                    f"the token of InfluxDB is required in {self.token_file}, was"
                    f" missing; put the file back, or remove {self.folder} to begin"
                    " without its data"
                )
            return
        status, answer = self._ask(
            "POST",
            "/api/v2/setup",
            {
                "username": ORG,
                "password": secrets.token_urlsafe(24),  # nobody logs in: no UI
                "org": ORG,
                "bucket": BUCKET,
                "retentionPeriodSeconds": RETENTION_SECONDS,
                "token": self._token(),
            },
        )
        if status != 201:
            raise StartError(f"influxdb refused its setup: {status} {answer}")

    def _token(self) -> str:
        # Written before the server knows it, so that it cannot get lost.
        if not self.token_file.exists():
            self.token_file.touch(mode=0o600)
            self.token_file.write_text(secrets.token_urlsafe(32) + "\n")
        return self.token_file.read_text().strip()

    def _ask(
        self, method: str, path: str, body: Mapping[str, object] | None = None
    ) -> tuple[int, str]:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            connection.request(method, path, json.dumps(body) if body else None)
            answer = connection.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            connection.close()
