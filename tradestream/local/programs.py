"""Programs of ours that run in the background: the simulated venue, the page."""

import http.client
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradestream.local import processes
from tradestream.local.layout import Layout
from tradestream.local.ports import HOST, is_free
from tradestream.local.processes import Handle, StartError

START_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Program:
    """A module that serves HTTP on loopback.

    Attributes:
        name: What it is called, e.g. `simulator`.
        module: What `python -m` runs.
        port: Loopback port that it listens on.
        arguments: Its other flags.
        health: Path that answers 200 when it is up.
    """

    name: str
    module: str
    port: int
    arguments: Sequence[str]
    health: str

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def running(self, layout: Layout) -> Handle | None:
        """Return its process, None when it does not run."""
        return processes.read_handle(layout.pid_file(self.name))

    def start(self, layout: Layout, environment: Mapping[str, str]) -> Handle:
        """Start it, unless it runs, and wait until it answers.

        Raises:
            StartError: With its own last words, if it does not come up.
        """
        running = self.running(layout)
        if running is not None:
            return running
        if not is_free(self.port):
            raise StartError(
                f"port {self.port} of the {self.name} is taken by another program"
            )
        log = layout.log(self.name)
        process = processes.spawn(
            [sys.executable, "-m", self.module, f"--port={self.port}", *self.arguments],
            log=log,
            environment=environment,
        )
        handle = Handle.of(process.pid)
        processes.write_handle(layout.pid_file(self.name), handle)
        if not processes.wait_until(self._answers, process, START_SECONDS):
            process.kill()
            process.wait()
            raise StartError(
                f"the {self.name} does not start: {processes.last_line(log)}"
            )
        return handle

    def stop(self, layout: Layout) -> None:
        """Stop it, if it runs, and wait until it is gone."""
        running = self.running(layout)
        if running is not None:
            processes.stop(running)
        layout.pid_file(self.name).unlink(missing_ok=True)

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", self.health)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()
