"""Where everything of one small stack lies, in one folder."""

import os
import secrets
import signal
from dataclasses import dataclass
from pathlib import Path

from tradestream.errors import ConfigurationError
from tradestream.local.processes import Handle, read_handle, write_handle


def default_data_dir() -> Path:
    """Return the folder of the stack that a user gets without naming one."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "tradestream"


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths in a data folder.

    Attributes:
        root: The data folder, absolute.
    """

    root: Path

    def create(self) -> None:
        """Make the folders that are not there.

        Raises:
            ConfigurationError: If the folder cannot be made or written to.
        """
        try:
            # Another user may pass through, because root's PostgreSQL runs as
            # one; nobody else may look.
            self.root.mkdir(mode=0o711, parents=True, exist_ok=True)
            for folder in (self.secrets, self.logs, self.run):
                folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"a data folder that can be written to is required,"
                f" was {self.root}: {error.strerror}"
            ) from error

    def exists(self) -> bool:
        """Whether a stack was ever started here, even if it lost its ports."""
        return self.ports.exists() or (self.run.is_dir() and self.lock.exists())

    def create_secrets(self) -> None:
        """Make the passwords that are not there.

        Raises:
            ConfigurationError: If PostgreSQL's is lost: its data know the old one
                only. (Valkey is told its password at each start.)
        """
        password, data = self.postgres_password, self.root / "postgres"
        if not password.exists() and (data / "PG_VERSION").exists():
            raise ConfigurationError(
                f"the password of the database is required in {password}, was"
                f" missing; put the file back, or remove {data} to begin without"
                " its data"
            )
        for path in self.secret_files:
            if not path.exists():
                _write_secret(path)

    @property
    def secrets(self) -> Path:
        """Folder of the passwords, mode 700."""
        return self.root / "secrets"

    @property
    def postgres_password(self) -> Path:
        """File of PostgreSQL's password, mode 600."""
        return self.secrets / "postgres_password"

    @property
    def redis_password(self) -> Path:
        """File of Valkey's password, mode 600."""
        return self.secrets / "redis_password"

    @property
    def secret_files(self) -> tuple[Path, ...]:
        """All files with secrets."""
        return self.postgres_password, self.redis_password, self.coinmarketcap_key

    @property
    def coinmarketcap_key(self) -> Path:
        """File of the key that the simulator takes in place of a real one."""
        return self.secrets / "coinmarketcap_key"

    @property
    def logs(self) -> Path:
        """Folder of what servers and rooms print."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Folder of the pid files."""
        return self.root / "run"

    @property
    def ports(self) -> Path:
        """File that remembers the ports."""
        return self.root / "ports.json"

    @property
    def origin(self) -> Path:
        """File that remembers the first day of the simulated markets."""
        return self.root / "origin"

    @property
    def lock(self) -> Path:
        """File that a command which changes the stack locks."""
        return self.root / "lock"

    @property
    def size(self) -> Path:
        """File that remembers how large the stack is."""
        return self.root / "size"

    def remember_size(self, size: str) -> None:
        """Note which servers belong to the stack."""
        temporary = self.size.with_suffix(".new")
        temporary.write_text(size + "\n")
        temporary.replace(self.size)

    def log(self, name: str) -> Path:
        """Return the log of a server or room."""
        return self.logs / f"{name}.log"

    def pid_file(self, name: str) -> Path:
        """Return the pid file of a background program."""
        return self.run / f"{name}.json"

    def remember_room(self, pid: int) -> None:
        """Note that a process of a room was started, in a session of its own."""
        try:
            handle = Handle.of(pid)
        except ProcessLookupError:
            return
        write_handle(self._room_file(pid), handle)

    def forget_room(self, pid: int) -> None:
        """Note that a process of a room has ended."""
        self._room_file(pid).unlink(missing_ok=True)

    def _room_file(self, pid: int) -> Path:
        return self.run / f"room_{pid}.json"

    def end_rooms(self) -> None:
        """Kill the rooms that are left of a starter that was killed itself."""
        for path in self.run.glob("room_*.json"):
            handle = read_handle(path)
            if handle is not None:
                os.killpg(handle.pid, signal.SIGKILL)
            path.unlink()


def _write_secret(path: Path) -> None:
    temporary = path.with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(24) + "\n")
    temporary.replace(path)
