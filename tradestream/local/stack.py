"""The small stack: two servers, a simulated venue, and the page, in one folder."""

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path

from tradestream.errors import ConfigurationError
from tradestream.local import database, lock, origin, ports, programs, rooms_to_run
from tradestream.local.layout import Layout
from tradestream.local.place import Place
from tradestream.local.postgres_server import PostgresServer
from tradestream.local.processes import Handle, StartError
from tradestream.local.programs import Program
from tradestream.local.valkey_server import ValkeyServer

NAMES = ("postgres", "redis", "simulator", "page")
PROGRAMS = ("simulator", "page")
HISTORY_DAYS = 14
SIMULATOR_REQUESTS_PER_SECOND = 500

NO_PORT = 0
"""For what is found by its pid file, wherever it listens."""


class Stack:
    """One small stack. Making the object touches nothing.

    A larger one adds servers: see `tradestream.local.full_size.stack`.

    Args:
        root: Its data folder.
        history_days: Days of market history that a new stack's venue has.
    """

    size = "small"
    names: tuple[str, ...] = NAMES
    lock_seconds = 30.0

    def __init__(self, root: Path, *, history_days: int = HISTORY_DAYS) -> None:
        self.layout = Layout(root.expanduser().absolute())
        self._history_days = history_days

    def exists(self) -> bool:
        """Whether this folder was ever started."""
        return self.layout.ports.exists()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder; keep other commands from changing the stack meanwhile.

        Raises:
            ConfigurationError: If the folder cannot be written to, or is full.
        """
        self.layout.create()
        try:
            with lock.hold(self.layout.lock, self.lock_seconds):
                yield
        except OSError as error:
            raise ConfigurationError(
                f"the stack in {self.layout.root} cannot go on: {error}"
            ) from error

    def up(self) -> None:
        """Start what does not run, with the newest schema; safe to repeat.

        Raises:
            StartError: If a server or program does not come up.
            ConfigurationError: If the folder, a port, or a secret is unusable, or a
                program is missing.
        """
        self.require_programs()
        with self.locked():
            self._prepare()
            stopped = [name for name, at in self.running().items() if at is None]
            try:
                self._start_all()
            except BaseException:
                # Half a stack helps nobody; what ran before goes on.
                self._stop(stopped)
                raise

    def down(self) -> None:
        """Stop everything; data stays. Safe to repeat."""
        if not self.layout.exists():
            return
        with self.locked():
            self.layout.end_rooms()
            self._stop(self.names)

    def restart_stopped(self) -> list[str]:
        """Start parts that ended, e.g. were killed; return their names.

        Raises:
            StartError: If one does not come up.
        """
        stopped = [name for name, at in self.running().items() if at is None]
        if not stopped:
            return []
        with self.locked():
            self.start_servers()
            for name in PROGRAMS:
                self.start_program(name)
        return stopped

    def require_programs(self) -> None:
        """Check that what the servers run is there; wheels bring ours.

        Raises:
            ConfigurationError: If a program is missing; says what brings it.
        """

    def start_servers(self) -> None:
        """Start the servers, and make in them what is not there, e.g. a database."""
        self.layout.create_secrets()
        self.layout.remember_size(self.size)
        with self._naming_ports_file():
            _at_once(self._server_starts())
        database.create(self.postgres, self.layout.postgres_password)

    def migrate(self) -> None:
        """Apply what is missing of the schema."""
        database.migrate(self.postgres, self.layout.postgres_password)

    def start_program(self, name: str) -> None:
        """Start the simulator or the page."""
        with self._naming_ports_file():
            self.program(name).start(self.layout, self.environment())

    @cached_property
    def ports(self) -> dict[str, int]:
        """The port of each part, by name."""
        return ports.remembered(self.layout.ports, self._port_names())

    @property
    def postgres(self) -> PostgresServer:
        """The PostgreSQL server."""
        return self._postgres_on(self.ports["postgres"])

    @property
    def valkey(self) -> ValkeyServer:
        """The Valkey server."""
        return self._valkey_on(self.ports["redis"])

    def program(self, name: str) -> Program:
        """Return the simulator or the page."""
        port = self.ports[name]
        if name == "page":
            simulator = f"--simulator_url={self.url('simulator')}"
            return Program(
                name, "tradestream.report.serve", port, [simulator], "/health"
            )
        day = origin.remembered(self.layout.origin, self._history_days)
        flags = [
            f"--origin={day.isoformat()}",
            f"--history_days={self._history_days}",
            f"--requests_per_second={SIMULATOR_REQUESTS_PER_SECOND}",
        ]
        module = "services.exchange_simulator.main"
        return Program("simulator", module, port, flags, "/health")

    def url(self, name: str) -> str:
        """Return the URL of a part, without a password."""
        if name == "postgres":
            return self.postgres.url()
        if name == "redis":
            return self.valkey.url()
        return f"http://{ports.HOST}:{self.ports[name]}"

    def running(self) -> dict[str, Handle | None]:
        """Return the process of each part, None for what does not run."""
        return {
            "postgres": self._postgres_on(NO_PORT).running(),
            "redis": self._valkey_on(NO_PORT).running(),
            "simulator": programs.running(self.layout, "simulator"),
            "page": programs.running(self.layout, "page"),
        }

    @property
    def records(self) -> Place:
        """The database of records."""
        return Place(self.url("postgres"), self.layout.postgres_password)

    @property
    def redis(self) -> Place:
        """The Redis of lists and leases."""
        return Place(self.url("redis"), self.layout.redis_password)

    @property
    def candles(self) -> Place:
        """The candle store."""
        return self.records

    @property
    def bus(self) -> Place:
        """The message bus."""
        return self.redis

    def worker_flags(self, room: str) -> tuple[str, ...]:
        """Return what a resident room is told besides its environment."""
        del room
        return ()

    def environment(self) -> dict[str, str]:
        """Return the environment in which a room finds this stack."""
        return rooms_to_run.environment(self._flags())

    def _flags(self) -> dict[str, str]:
        """Return the shared flags of all rooms, by their name in upper case."""
        return {
            **self.records.flags("POSTGRES"),
            **self.candles.flags("CANDLES"),
            **self.redis.flags("REDIS"),
            **self.bus.flags("BUS"),
            "COINBASE_REST_URL": self.url("simulator"),
            "COINMARKETCAP_URL": self.url("simulator"),
            "COINMARKETCAP_KEY_FILE": str(self.layout.coinmarketcap_key),
        }

    def _prepare(self) -> None:
        """Make secrets; stop what cannot be used with what the folder says now."""
        had_password = self.layout.redis_password.exists()
        self.layout.create_secrets()
        if not had_password:
            self._stop(["redis"])  # it would go on with the lost one
        if not self.layout.ports.exists():
            self._stop(self.names)  # nobody knows where they listen

    def _start_all(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            started = [pool.submit(self.start_program, n) for n in PROGRAMS]
            self.start_servers()
            self.migrate()
            for program in started:
                program.result()

    def _stop(self, names: Collection[str]) -> None:
        stops = self._stops()
        _at_once([stops[name] for name in names])

    def _port_names(self) -> tuple[str, ...]:
        """Return the names of all ports that are chosen once."""
        return NAMES

    def _server_starts(self) -> list[Callable[[], object]]:
        """Return what starts each server; they start at once."""
        return [self.postgres.start, self.valkey.start]

    def _stops(self) -> dict[str, Callable[[], object]]:
        """Return what stops each part.

        Found by pid files alone: lost or broken ports must not be in the way.
        """
        return {
            "postgres": self._postgres_on(NO_PORT).stop,
            "redis": self._valkey_on(NO_PORT).stop,
            "simulator": partial(programs.stop, self.layout, "simulator"),
            "page": partial(programs.stop, self.layout, "page"),
        }

    def _postgres_on(self, port: int) -> PostgresServer:
        layout = self.layout
        return PostgresServer(
            layout.root / "postgres",
            port,
            layout.log("postgres"),
            layout.postgres_password,
        )

    def _valkey_on(self, port: int) -> ValkeyServer:
        layout = self.layout
        return ValkeyServer(
            layout.root / "valkey", port, layout.log("valkey"), layout.redis_password
        )

    @contextmanager
    def _naming_ports_file(self) -> Iterator[None]:
        try:
            yield
        except ports.PortTakenError as error:
            raise StartError(
                f"{error}; change it in {self.layout.ports}, or remove that file to"
                " get new ports"
            ) from error


def _at_once(tasks: Sequence[Callable[[], object]]) -> None:
    with ThreadPoolExecutor(max(len(tasks), 1)) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result()
