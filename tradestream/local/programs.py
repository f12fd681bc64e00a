"""Programs of ours that run in the background: the simulated venue, the page."""

import http.client
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradestream.local import processes
from tradestream.local.layout import Layout
from tradestream.local.ports import HOST, require_free
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
        return running(layout, self.name)

    def start(self, layout: Layout, environment: Mapping[str, str]) -> Handle:
        """Start it, unless it runs, and wait until it answers.

        Raises:
            StartError: With its own last words, if it does not come up.
        """
        already = self.running(layout)
        if already is not None:
            return already
        require_free(self.port, f"the {self.name}")
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

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", self.health)
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


def running(layout: Layout, name: str) -> Handle | None:
    """Return the process of a program, None when it does not run."""
    return processes.read_handle(layout.pid_file(name))


def stop(layout: Layout, name: str) -> None:
    """Stop a program, if it runs, and wait until it is gone."""
    handle = running(layout, name)
    if handle is not None:
        processes.stop(handle)
    layout.pid_file(name).unlink(missing_ok=True)
