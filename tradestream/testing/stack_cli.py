"""The `tradestream` command on a stack of its own, as a user types it."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tradestream.postgres import connect as connect_postgres
from tradestream.redis import connect as connect_redis
from tradestream.testing.servers import temporary_folder


class Cli:
    """The `tradestream` command on one data folder."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "stack"

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command to its end."""
        name, *rest = arguments
        return subprocess.run(
            [sys.executable, "-m", "tradestream.cli.main", name,
             f"--data_dir={self.data_dir}", *rest],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start a command."""
        name, *rest = arguments
        return subprocess.Popen(
            [sys.executable, "-m", "tradestream.cli.main", name,
             f"--data_dir={self.data_dir}", *rest],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip

    def up(self) -> None:
        """Start the stack, which must succeed."""
        finished = self.run("up")
        assert finished.returncode == 0, finished.stderr

    def status(self) -> dict[str, object]:
        """Return what the stack says of itself."""
        described = json.loads(self.run("status", "--output", "json").stdout)
        assert isinstance(described, dict)
        return described

    def pids(self) -> dict[str, int]:
        """Return the processes of the stack by name."""
        pids = self.status()["pids"]
        assert isinstance(pids, dict)
        return pids


@contextmanager
def stack_cli() -> Iterator[Cli]:
    """Yield a command whose stack is stopped and removed at the end."""
    with temporary_folder("stack") as folder:
        command = Cli(folder)
        yield command
        command.run("down")


def wait_until(true: Callable[[], bool]) -> None:
    """Wait until something is true, 30 s at most."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def text(described: dict[str, object], key: str) -> str:
    """Return a field of a status that is text."""
    value = described[key]
    assert isinstance(value, str)
    return value


def password(described: dict[str, object], system: str) -> str:
    """Return the password of a system."""
    return Path(text(described, f"{system}_password_file")).read_text().strip()


def write(described: dict[str, object], word: str) -> None:
    """Write a word into both servers."""
    redis = connect_redis(text(described, "redis_url"), password(described, "redis"))
    redis.set("word", word)
    redis.close()
    postgres = connect_postgres(
        text(described, "postgres_url"), password(described, "postgres")
    )
    with postgres, postgres.cursor() as cursor:
        cursor.execute("CREATE TABLE words (word text)")
        cursor.execute("INSERT INTO words VALUES (%s)", (word,))
    postgres.close()


def read(described: dict[str, object]) -> tuple[str, str]:
    """Return the words that both servers hold."""
    redis = connect_redis(text(described, "redis_url"), password(described, "redis"))
    postgres = connect_postgres(
        text(described, "postgres_url"), password(described, "postgres")
    )
    with postgres, postgres.cursor() as cursor:
        cursor.execute("SELECT word FROM words")
        row = cursor.fetchone()
    found = (str(redis.get("word")), str(row and row[0]))
    redis.close()
    postgres.close()
    return found


def is_alive(pid: int) -> bool:
    """Return whether a process lives."""
    # A zombie that nobody collects, as in a container without an init, is dead.
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
