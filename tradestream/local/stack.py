"""The small stack: two servers, a simulated venue, and the page, in one folder."""

import fcntl
import os
import sys
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import IO

from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.local import ports, programs
from tradestream.local.layout import Layout
from tradestream.local.postgres_server import USER, PostgresServer
from tradestream.local.processes import POLL_SECONDS, Handle, StartError
from tradestream.local.programs import Program
from tradestream.local.valkey_server import ValkeyServer

NAMES = ("postgres", "redis", "simulator", "page")
HISTORY_DAYS = 14
SIMULATOR_REQUESTS_PER_SECOND = 500
LOCK_SECONDS = 30.0

_NO_PORT = 0
"""For what is found by its pid file, wherever it listens."""


class Stack:
    """One small stack. Making the object touches nothing.

    Args:
        root: Its data folder.
        history_days: Days of market history that a new stack's venue has.
    """

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
            with self.layout.lock.open("w") as file:
                _lock(file)
                yield
        except OSError as error:
            raise ConfigurationError(
                f"the stack in {self.layout.root} cannot go on: {error}"
            ) from error

    def up(self) -> None:
        """Start what does not run, with the newest schema; safe to repeat.

        Raises:
            StartError: If a server or program does not come up.
            ConfigurationError: If the folder, a port, or a secret is unusable.
        """
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
            self._stop(NAMES)

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
            for name in NAMES[2:]:
                self.start_program(name)
        return stopped

    def start_servers(self) -> None:
        """Start PostgreSQL and Valkey, and make the database if it is not there."""
        self.layout.create_secrets()
        with self._naming_ports_file():
            _at_once([self.postgres.start, self.valkey.start])
        self._create_database()

    def migrate(self) -> None:
        """Apply what is missing of the schema."""
        from tradestream.migrations.files import read_migrations
        from tradestream.migrations.migrate import migrate

        directory = Path(__file__).parents[2] / "platform" / "migrations"
        connection = self._connect(USER)
        try:
            migrate(connection, read_migrations(directory), datetime.now(UTC))
        finally:
            connection.close()

    def start_program(self, name: str) -> None:
        """Start the simulator or the page."""
        with self._naming_ports_file():
            self.program(name).start(self.layout, self.environment())

    @cached_property
    def ports(self) -> dict[str, int]:
        """The port of each part, by name."""
        return ports.remembered(self.layout.ports, NAMES)

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
        flags = [
            f"--origin={self._origin().isoformat()}",
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
            "postgres": self._postgres_on(_NO_PORT).running(),
            "redis": self._valkey_on(_NO_PORT).running(),
            "simulator": programs.running(self.layout, "simulator"),
            "page": programs.running(self.layout, "page"),
        }

    def environment(self) -> dict[str, str]:
        """Return the environment in which a room finds this stack."""
        ours = {
            "POSTGRES_URL": self.url("postgres"),
            "POSTGRES_PASSWORD_FILE": str(self.layout.postgres_password),
            "CANDLES_URL": self.url("postgres"),
            "CANDLES_PASSWORD_FILE": str(self.layout.postgres_password),
            "REDIS_URL": self.url("redis"),
            "REDIS_PASSWORD_FILE": str(self.layout.redis_password),
            "BUS_URL": self.url("redis"),
            "BUS_PASSWORD_FILE": str(self.layout.redis_password),
            "COINBASE_REST_URL": self.url("simulator"),
            "COINMARKETCAP_URL": self.url("simulator"),
            "COINMARKETCAP_KEY_FILE": str(self.layout.coinmarketcap_key),
        }
        repository = str(Path(__file__).parents[2])
        path = os.environ.get("PYTHONPATH")
        return {
            **os.environ,
            **{f"TRADESTREAM_{name}": value for name, value in ours.items()},
            # Rooms must be found whatever folder the command is typed in.
            "PYTHONPATH": f"{repository}{os.pathsep}{path}" if path else repository,
        }

    def room_command(self, room: str, flags: Sequence[str] = ()) -> list[str]:
        """Return the command that runs a room.

        Raises:
            ConfigurationError: If there is no such room.
        """
        rooms = Path(__file__).parents[2] / "services"
        if not room.isidentifier() or not (rooms / room / "main.py").exists():
            known = sorted(path.parent.name for path in rooms.glob("*/main.py"))
            raise ConfigurationError(
                f"a room is required, was {room}; there are {', '.join(known)}"
            )
        return [sys.executable, "-m", f"services.{room}.main", *flags]

    def _prepare(self) -> None:
        """Make secrets; stop what cannot be used with what the folder says now."""
        had_password = self.layout.redis_password.exists()
        self.layout.create_secrets()
        if not had_password:
            self._stop(["redis"])  # it would go on with the lost one
        if not self.layout.ports.exists():
            self._stop(NAMES)  # nobody knows where they listen

    def _start_all(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            started = [pool.submit(self.start_program, n) for n in NAMES[2:]]
            self.start_servers()
            self.migrate()
            for program in started:
                program.result()

    def _stop(self, names: Collection[str]) -> None:
        # Found by pid files alone: lost or broken ports must not be in the way.
        stops: dict[str, Callable[[], None]] = {
            "postgres": self._postgres_on(_NO_PORT).stop,
            "redis": self._valkey_on(_NO_PORT).stop,
            "simulator": partial(programs.stop, self.layout, "simulator"),
            "page": partial(programs.stop, self.layout, "page"),
        }
        _at_once([stops[name] for name in names])

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

    def _origin(self) -> date:
        path = self.layout.origin
        if not path.exists():
            day = datetime.now(UTC).date() - timedelta(days=self._history_days)
            temporary = path.with_suffix(".new")
            temporary.write_text(day.isoformat() + "\n")
            temporary.replace(path)
        found = path.read_text().strip()
        try:
            return date.fromisoformat(found)
        except ValueError as error:
            raise ConfigurationError(
                "the first day of the simulated markets, such as 2026-01-31, is"
                f" required in {path}, was {found!r}"
            ) from error

    def _create_database(self) -> None:
        connection = self._connect("postgres")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (USER,))
                if cursor.fetchone() is None:
                    cursor.execute(f"CREATE DATABASE {USER}")
        finally:
            connection.close()

    def _connect(self, database: str):  # type: ignore[no-untyped-def]
        from tradestream.postgres import connect
        from tradestream.runtime.secrets import read_secret

        password = read_secret(self.layout.postgres_password)
        return connect(self.postgres.url(database), password)


def _at_once(tasks: Sequence[Callable[[], object]]) -> None:
    with ThreadPoolExecutor(max(len(tasks), 1)) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result()


def _lock(file: IO[str]) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if time.monotonic() >= deadline:
                raise UnavailableError(
                    "another command is starting or stopping this stack, and was"
                    f" not done in {LOCK_SECONDS:.0f} s"
                ) from error
        else:
            return
        time.sleep(POLL_SECONDS)
