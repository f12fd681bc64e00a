"""The small stack: two servers, a simulated venue, and the page, in one folder."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import IO

from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.local import ports
from tradestream.local.layout import Layout
from tradestream.local.postgres_server import USER, PostgresServer
from tradestream.local.processes import Handle
from tradestream.local.programs import Program
from tradestream.local.valkey_server import ValkeyServer

NAMES = ("postgres", "redis", "simulator", "page")
HISTORY_DAYS = 14
SIMULATOR_REQUESTS_PER_SECOND = 500


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
        with self.locked(), ThreadPoolExecutor(4) as pool:
            programs = [pool.submit(self.start_program, n) for n in NAMES[2:]]
            self.start_servers()
            self.migrate()
            for started in programs:
                started.result()

    def down(self) -> None:
        """Stop everything; data stays. Safe to repeat."""
        if not self.exists():
            return
        with self.locked():
            self.layout.end_rooms()
            programs = [self.program(name) for name in NAMES[2:]]
            stops = [partial(program.stop, self.layout) for program in programs]
            _at_once([*stops, self.postgres.stop, self.valkey.stop])

    def start_servers(self) -> None:
        """Start PostgreSQL and Valkey, and make the database if it is not there."""
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
        self.program(name).start(self.layout, self.environment())

    @cached_property
    def ports(self) -> dict[str, int]:
        """The port of each part, by name."""
        return ports.remembered(self.layout.ports, NAMES)

    @property
    def postgres(self) -> PostgresServer:
        """The PostgreSQL server."""
        layout = self.layout
        return PostgresServer(
            layout.root / "postgres",
            self.ports["postgres"],
            layout.log("postgres"),
            layout.postgres_password,
        )

    @property
    def valkey(self) -> ValkeyServer:
        """The Valkey server."""
        layout = self.layout
        return ValkeyServer(
            layout.root / "valkey",
            self.ports["redis"],
            layout.log("valkey"),
            layout.redis_password,
        )

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
            "postgres": self.postgres.running(),
            "redis": self.valkey.running(),
            "simulator": self.program("simulator").running(self.layout),
            "page": self.program("page").running(self.layout),
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

    def _origin(self) -> date:
        path = self.layout.origin
        if not path.exists():
            day = datetime.now(UTC).date() - timedelta(days=self._history_days)
            path.write_text(day.isoformat() + "\n")
        return date.fromisoformat(path.read_text().strip())

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
    with ThreadPoolExecutor(len(tasks)) as pool:
        for future in [pool.submit(task) for task in tasks]:
            future.result()


def _lock(file: IO[str]) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UnavailableError(
            "another command is starting or stopping this stack"
        ) from error
