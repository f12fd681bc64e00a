"""The servers that the main line stands on, and rooms that can be killed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import psutil
import requests

from tests.chaos.failpoints import REPOSITORY
from tests.chaos.main_line import CORRECTED_MINUTES, HOLE_HOURS
from tests.chaos.needs import kinds_of
from tests.chaos.roles import as_itself, make_roles
from tests.chaos.sizes import Size, size_of
from tradestream.bus.factory import open_bus
from tradestream.bus.port import Bus
from tradestream.candle_store.factory import open_candle_store
from tradestream.candle_store.port import CandleStore
from tradestream.errors import UnavailableError
from tradestream.local.ports import HOST, choose
from tradestream.local.postgres_server import PostgresServer
from tradestream.local.processes import Handle, StartError, spawn, stop, wait_until
from tradestream.local.valkey_server import ValkeyServer
from tradestream.postgres import connect
from tradestream.runtime import failpoints
from tradestream.testing.servers import temporary_folder

_SERVERS = ("postgres", "valkey", "exchange_simulator")
START_ATTEMPTS = 100
POLL_SECONDS = 0.02


@dataclass(slots=True)
class ChaosStack:
    """The servers of a size and the simulator in one folder, with the clock held.

    Attributes:
        folder: Data and logs; removed at the end.
        begins: Where the clock is held first.
        postgres: Records; in the small size the bars, too.
        valkey: Shared state; in the small size the bus, too.
        simulator_port: Where the venue is simulated.
        size: What else there is.
    """

    folder: Path
    begins: datetime
    postgres: PostgresServer
    valkey: ValkeyServer
    simulator_port: int
    size: Size
    _later: timedelta = timedelta()
    _simulator: Handle | None = field(default=None)

    def start(self) -> None:
        """Start whatever does not run."""
        _patiently(self.postgres.start)
        _patiently(self.valkey.start)
        _patiently(self.size.start)
        self._start_simulator()

    @property
    def servers(self) -> Mapping[str, tuple[str, ...]]:
        """Names of what can be killed, by kind."""
        return {**{name: (name,) for name in _SERVERS}, **self.size.servers}

    def kinds_of(self, room: str) -> list[str]:
        """Return the kinds of servers that a room speaks with."""
        return kinds_of(room, self.size.roles)

    @property
    def now(self) -> datetime:
        """The time that every room takes as now."""
        return self.begins + self._later

    def hold_clock(self, later: timedelta) -> None:
        """Move the clock; the venue goes along, and corrects a bar on the way."""
        if later == self._later:
            return
        self._later = later
        if self._simulator is not None:
            stop(self._simulator)
        self._start_simulator()

    def kill_server(self, name: str) -> None:
        """End one server with SIGKILL, as a failing machine would."""
        if name not in _SERVERS:
            self.size.kill(name)
            return
        if name == "postgres":
            handle = self.postgres.running()
        elif name == "valkey":
            handle = self.valkey.running()
        else:
            handle = self._simulator
        if handle is not None and handle.is_alive():
            os.kill(handle.pid, signal.SIGKILL)

    def close(self) -> None:
        """Stop all servers."""
        self.postgres.stop()
        self.valkey.stop()
        self.size.stop()
        if self._simulator is not None:
            stop(self._simulator)

    def open_bus(self) -> Bus:
        """Connect to the bus, as the rooms do."""
        return open_bus(self._settings()["bus_url"])

    def open_candles(self) -> CandleStore:
        """Connect to the candle store, as the rooms do."""
        settings = self._settings()
        file = settings.get("candles_password_file")
        return open_candle_store(settings["candles_url"], file)

    def command(self, room: str, flags: Mapping[str, str]) -> list[str]:
        """Return the command line of a room, which has a database role of its own."""
        settings = self._settings()
        told = {**as_itself(room, self.postgres.url(), settings), **flags}
        given = [f"--{name}={value}" for name, value in told.items()]
        return [sys.executable, "-m", f"services.{room}.main", *given]

    def environment(self, failpoint: str | None = None) -> dict[str, str]:
        """Return the environment of a room, armed with a failpoint if given."""
        ours = {
            **self._settings(),
            "now": self.now.isoformat(),
            "coinmarketcap_key_file": str(self._key()),
        }
        environment = {
            k: v for k, v in os.environ.items() if not k.startswith("TRADESTREAM_")
        }
        environment |= {f"TRADESTREAM_{k.upper()}": v for k, v in ours.items()}
        if failpoint is not None:
            environment[failpoints.VARIABLE] = failpoint
            environment[failpoints.MARK_VARIABLE] = str(self.mark)
        else:
            environment[failpoints.TRACE_VARIABLE] = str(self.trace)
        return environment

    def launch(
        self, room: str, flags: Mapping[str, str], failpoint: str | None = None
    ) -> "subprocess.Popen[bytes]":
        """Start a room; its output goes to a log of the folder."""
        with (self.folder / f"{room}.log").open("ab") as log:
            return subprocess.Popen(
                self.command(room, flags),
                cwd=REPOSITORY,
                env=self.environment(failpoint),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _settings(self) -> dict[str, str]:
        """Return the flags that name servers, without dashes."""
        return {
            "postgres_url": self.postgres.url(),
            "candles_url": self.postgres.url(),
            "redis_url": self.valkey.url(),
            "bus_url": self.valkey.url(),
            "coinbase_rest_url": f"http://{HOST}:{self.simulator_port}",
            "coinmarketcap_url": f"http://{HOST}:{self.simulator_port}",
            **self.size.settings(),
        }

    def _key(self) -> Path:
        """A file with a key; the simulator takes any."""
        key = self.folder / "coinmarketcap_key"
        key.write_text("any")
        return key

    @property
    def mark(self) -> Path:
        """The file that a death in a commit window leaves behind."""
        return self.folder / "died"

    @property
    def trace(self) -> Path:
        """The file in which rooms note the commit windows that they pass."""
        return self.folder / "passed"

    def last_words(self, room: str, lines: int = 5) -> str:
        """Return the end of a room's log."""
        text = (self.folder / f"{room}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def _start_simulator(self) -> None:
        if self._simulator is not None and self._simulator.is_alive():
            return
        flags = {
            "port": str(self.simulator_port),
            "requests_per_second": "0",
            "faults": json.dumps(self._faults()),
        }
        process = spawn(
            self.command("exchange_simulator", flags),
            log=self.folder / "exchange_simulator.log",
            environment=self.environment(),
            directory=REPOSITORY,
        )
        if not wait_until(self._simulator_is_ready, process, 60.0):
            words = self.last_words("exchange_simulator")
            raise StartError(f"exchange_simulator does not start: {words}")
        self._simulator = Handle.of(process.pid)

    def _faults(self) -> dict[str, list[str]]:
        """A hole of the venue, and later a bar that it corrected meanwhile."""
        hole = self.begins - timedelta(hours=HOLE_HOURS)
        corrected = self.begins - timedelta(minutes=CORRECTED_MINUTES)
        faults = {"missing_minutes": [_minute(hole)]}
        if self._later:
            faults["corrected_bars"] = [_minute(corrected)]
        return faults

    def _simulator_is_ready(self) -> bool:
        try:
            url = f"http://{HOST}:{self.simulator_port}/health"
            return requests.get(url, timeout=1).ok
        except requests.RequestException:
            return False


@contextmanager
def chaos_stack(begins: datetime, size: str = "small") -> Iterator[ChaosStack]:
    """Yield a running stack of its own, gone at the end."""
    with ExitStack() as cleanup:
        folder = cleanup.enter_context(temporary_folder("chaos"))
        ports = choose(3)
        stack = ChaosStack(
            folder,
            begins,
            PostgresServer(folder / "postgres", ports[0], folder / "postgres.log"),
            ValkeyServer(folder / "valkey", ports[1], folder / "valkey.log"),
            ports[2],
            size_of(size, folder),
        )
        cleanup.callback(stack.close)
        stack.start()
        _create_database(stack.postgres)
        yield stack


def lives_until(process: "subprocess.Popen[bytes]", delay_seconds: float) -> bool:
    """Wait; return whether a room is still at work after the delay."""
    deadline = time.monotonic() + delay_seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return False
        time.sleep(POLL_SECONDS / 10)
    return process.poll() is None


def kill_room(process: "subprocess.Popen[bytes]", rng: random.Random) -> bool:
    """SIGKILL a room, or one of its children; return whether it was there."""
    try:
        family = [process.pid]
        family += [c.pid for c in psutil.Process(process.pid).children(recursive=True)]
        os.kill(rng.choice(family), signal.SIGKILL)
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False
    return True


def _minute(at: datetime) -> str:
    return at.replace(second=0, microsecond=0).isoformat()


def _patiently(start: Callable[[], object]) -> None:
    """Start a server that may still be cleaning up after its own death."""
    for attempt in range(START_ATTEMPTS):
        try:
            start()
        except (StartError, UnavailableError):
            if attempt == START_ATTEMPTS - 1:
                raise
            time.sleep(POLL_SECONDS * 5)
        else:
            return


def _create_database(server: PostgresServer) -> None:
    connection = connect(server.url("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE tradestream")
    connection.close()
    make_roles(server.url())
