"""A server with an HTTP health path, as a process on a loopback port."""

import http.client
import shutil
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tradestream.errors import ConfigurationError
from tradestream.local import processes
from tradestream.local.ports import HOST, require_free
from tradestream.local.processes import Handle

START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class HttpServer:
    """A program that is ready when a path of it answers 200.

    Attributes:
        name: What it is called in messages.
        command: Program and arguments.
        port: Loopback port that it listens on.
        folder: Where it works, and where its pid file lies.
        log: File that its output goes to.
        ready_path: Path that answers 200 when it is up.
        environment: Its environment; None: ours.
    """

    name: str
    command: Sequence[str]
    port: int
    folder: Path
    log: Path
    ready_path: str
    environment: Mapping[str, str] | None = None

    def running(self) -> Handle | None:
        """Return its process, None when it does not run."""
        return processes.read_handle(self._pid_file)

    def start(self) -> Handle:
        """Start it, unless it runs, and wait until it answers.

        Raises:
            StartError: With its own last words, if it does not come up.
        """
        running = self.running()
        if running is not None:
            return running
        require_free(self.port, self.name)
        self.folder.mkdir(parents=True, exist_ok=True)
        return processes.start(
            self.name,
            self.command,
            directory=self.folder,
            log=self.log,
            pid_file=self._pid_file,
            ready=self._answers,
            seconds=START_SECONDS,
            environment=self.environment,
        )

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it by a signal, if it runs, and wait until it is gone."""
        running = self.running()
        if running is not None:
            processes.stop(running, how)
        self._pid_file.unlink(missing_ok=True)

    @property
    def _pid_file(self) -> Path:
        return self.folder / "server.pid"

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", self.ready_path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def program(name: str, package: str) -> str:
    """Return the path of a program.

    Raises:
        ConfigurationError: If it is missing; says what installs it.
    """
    found = shutil.which(name, path="/usr/bin:/usr/local/bin") or shutil.which(name)
    if found is None:
        raise ConfigurationError(
            f"the program {name} is required, was missing; apt-get install {package}"
        )
    return found
