"""The small stack as a user has it: real servers, in folders of the test."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psutil
import pytest

from tradestream.errors import UnavailableError
from tradestream.local.ports import choose, is_free
from tradestream.local.stack import HISTORY_DAYS, NAMES, Stack
from tradestream.postgres import connect as connect_postgres
from tradestream.redis import connect as connect_redis
from tradestream.testing.servers import temporary_folder

pytestmark = pytest.mark.integration


class Cli:
    """The `tradestream` command on one data folder."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = folder / "stack"

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        name, *rest = arguments
        return subprocess.run(
            [sys.executable, "-m", "tradestream.cli.main", name,
             f"--data_dir={self.data_dir}", *rest],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        name, *rest = arguments
        return subprocess.Popen(
            [sys.executable, "-m", "tradestream.cli.main", name,
             f"--data_dir={self.data_dir}", *rest],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip

    def up(self) -> None:
        finished = self.run("up")
        assert finished.returncode == 0, finished.stderr

    def status(self) -> dict[str, object]:
        described = json.loads(self.run("status", "--output", "json").stdout)
        assert isinstance(described, dict)
        return described

    def pids(self) -> dict[str, int]:
        pids = self.status()["pids"]
        assert isinstance(pids, dict)
        return pids


@pytest.fixture
def cli() -> Iterator[Cli]:
    with temporary_folder("stack") as folder:
        command = Cli(folder)
        yield command
        command.run("down")


@pytest.fixture
def other() -> Iterator[Cli]:
    with temporary_folder("stack") as folder:
        command = Cli(folder)
        yield command
        command.run("down")


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def text(described: dict[str, object], key: str) -> str:
    value = described[key]
    assert isinstance(value, str)
    return value


def password(described: dict[str, object], system: str) -> str:
    return Path(text(described, f"{system}_password_file")).read_text().strip()


def write(described: dict[str, object], word: str) -> None:
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
    # A zombie that nobody collects, as in a container without an init, is dead.
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_stack_lives_through_up_down_and_crash(cli: Cli) -> None:
    cli.up()
    first = cli.status()
    write(first, "kept")

    # Up again changes nothing.
    pids = cli.pids()
    cli.up()
    assert cli.status() == first

    # Down stops every process; data and ports come back.
    assert cli.run("down").returncode == 0
    assert not any(is_alive(pid) for pid in pids.values())
    assert cli.status()["running"] is False
    assert cli.run("down").returncode == 0
    cli.up()
    again = cli.status()
    assert again["ports"] == first["ports"]
    assert read(again) == ("kept", "kept")

    # A server that crashed is found and started again; the others stay.
    before = cli.pids()
    for name in ("postgres", "redis", "page"):
        os.kill(before[name], signal.SIGKILL)
    cli.up()
    after = cli.pids()
    assert after["simulator"] == before["simulator"]
    assert read(cli.status()) == ("kept", "kept")

    # No secret is readable by others, or on a command line.
    for path in (cli.data_dir / "secrets").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    running = psutil.process_iter(["cmdline"])
    commands = [" ".join(process.info["cmdline"] or ()) for process in running]
    assert not any(password(again, "redis") in command for command in commands)
    assert not any(password(again, "postgres") in command for command in commands)


def test_two_stacks_do_not_disturb_each_other(cli: Cli, other: Cli) -> None:
    cli.up()
    other.up()
    write(cli.status(), "one")
    write(other.status(), "two")

    cli.run("down")

    assert other.status()["running"] is True
    assert read(other.status()) == ("two", "two")


def test_run_gives_a_room_its_urls_and_returns_its_status(cli: Cli) -> None:
    cli.up()

    fine = cli.run("run", "database_migrator", "--", "--now=2026-01-31T12:00:00Z")
    unknown = cli.run("run", "no_such_room")
    flag = cli.run("run", "database_migrator", "--", "--no_such_flag")
    cli.run("down")
    unavailable = cli.run("run", "database_migrator")
    cli.up()
    (cli.data_dir / "secrets" / "postgres_password").write_text("wrong\n")
    refused = cli.run("run", "database_migrator")

    assert fine.returncode == 0, fine.stderr
    assert '"nothing to migrate"' in fine.stderr
    assert unknown.returncode == 1
    assert "a room is required, was no_such_room; there are" in unknown.stderr
    assert flag.returncode == 1
    assert unavailable.returncode == 75
    assert refused.returncode == 1
    assert "password authentication failed" in refused.stderr


def test_status_has_the_same_keys_with_and_without_a_stack(cli: Cli) -> None:
    without = cli.run("status", "--output", "json")
    described = json.loads(without.stdout)

    assert without.returncode == 3
    known = {"running": False, "data_dir": str(cli.data_dir)}
    assert {key: value for key, value in described.items() if value is not None} == (
        known
    )
    assert not cli.data_dir.exists()
    cli.up()
    assert list(cli.status()) == list(described)


def test_a_restart_days_later_serves_the_same_past(cli: Cli) -> None:
    cli.up()
    origin = cli.data_dir / "origin"
    today = datetime.now(UTC).date()
    assert date.fromisoformat(origin.read_text().strip()) in {
        today - timedelta(days=HISTORY_DAYS),
        today - timedelta(days=HISTORY_DAYS + 1),  # started just before midnight
    }
    cli.run("down")

    # As if the first start had been ten days ago.
    first = today - timedelta(days=HISTORY_DAYS + 10)
    origin.write_text(f"{first}\n")
    cli.up()

    flags = psutil.Process(cli.pids()["simulator"]).cmdline()
    assert f"--origin={first}" in flags
    assert origin.read_text() == f"{first}\n"


def test_a_lost_origin_is_not_guessed(cli: Cli) -> None:
    cli.data_dir.mkdir()
    (cli.data_dir / "origin").write_text("")

    finished = cli.run("up")

    assert finished.returncode == 1
    (line,) = finished.stderr.splitlines()
    assert line == (
        f"tradestream: the first day of the simulated markets, such as 2026-01-31, is"
        f" required in {cli.data_dir / 'origin'}, was ''"
    )


def test_run_without_a_stack_says_how_to_start_one(cli: Cli) -> None:
    finished = cli.run("run", "database_migrator")

    assert finished.returncode == 1
    assert "start it with `tradestream up --data_dir" in finished.stderr


def test_a_taken_port_is_named(cli: Cli) -> None:
    cli.data_dir.mkdir()
    ports = dict(zip(NAMES, choose(4), strict=True))
    (cli.data_dir / "ports.json").write_text(json.dumps(ports))
    port = ports["redis"]
    with socket.create_server(("127.0.0.1", port)):
        finished = cli.run("up")

    assert finished.returncode == 1
    (line,) = finished.stderr.splitlines()
    holder = f"{psutil.Process().name()} (pid {os.getpid()})"
    assert line == (
        f"tradestream: port {port} of valkey is taken by {holder}; change it in"
        f" {cli.data_dir / 'ports.json'}, or remove that file to get new ports"
    )
    assert set(cli.pids().values()) == {None}


def test_a_failed_up_leaves_alone_what_ran_before(cli: Cli) -> None:
    cli.up()
    before = cli.pids()
    for name in ("redis", "page"):
        os.kill(before[name], signal.SIGKILL)
    ports = cli.status()["ports"]
    assert isinstance(ports, dict)
    wait_until(lambda: is_free(ports["page"]))
    with socket.create_server(("127.0.0.1", ports["page"])):
        finished = cli.run("up")

    assert finished.returncode == 1
    assert f"port {ports['page']} of the page is taken by" in finished.stderr
    assert cli.pids() == {**before, "redis": None, "page": None}


def test_a_lost_database_password_is_never_replaced(cli: Cli) -> None:
    cli.up()
    write(cli.status(), "kept")
    cli.run("down")
    secrets = cli.data_dir / "secrets"
    kept = (secrets / "postgres_password").read_text()
    (secrets / "postgres_password").unlink()

    refused = cli.run("up")

    assert refused.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert line == (
        f"tradestream: the password of the database is required in"
        f" {secrets / 'postgres_password'}, was missing; put the file back, or"
        f" remove {cli.data_dir / 'postgres'} to begin without its data"
    )
    assert not (secrets / "postgres_password").exists()
    assert cli.run("down").returncode == 0

    # Valkey's may be lost, even while it runs.
    (secrets / "postgres_password").write_text(kept)
    cli.up()
    (secrets / "redis_password").unlink()
    cli.up()
    assert read(cli.status()) == ("kept", "kept")


def test_two_that_start_a_stack_at_once_both_succeed(cli: Cli) -> None:
    both = [cli.begin("up"), cli.begin("up")]
    said = [process.communicate()[1] for process in both]

    assert [process.returncode for process in both] == [0, 0], said
    assert cli.status()["running"] is True


def test_who_waited_for_a_stack_too_long_is_told(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradestream.local.stack.LOCK_SECONDS", 0.1)
    first, second = Stack(cli.data_dir), Stack(cli.data_dir)
    with first.locked(), pytest.raises(UnavailableError, match="was not done in"):
        second.up()


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("{", "no JSON ("),
        ("[1]", "[1]"),
        ('{"redis": "many"}', '"many" for redis'),
        ('{"redis": 70000}', "70000 for redis"),
    ],
)
def test_unusable_ports_are_explained(cli: Cli, content: str, found: str) -> None:
    cli.data_dir.mkdir()
    path = cli.data_dir / "ports.json"
    path.write_text(content)

    for command in ("up", "status"):
        finished = cli.run(command)

        assert finished.returncode == 1
        (line,) = finished.stderr.splitlines()
        start = "tradestream: a JSON object with a port in 1..65535 for each part is"
        assert line.startswith(f"{start} required in {path}, was {found}")
        assert line.endswith("; correct the file, or remove it to get new ports")


@pytest.mark.parametrize("content", ["{", None])
def test_down_and_up_do_without_the_ports(cli: Cli, content: str | None) -> None:
    cli.up()
    pids = cli.pids()
    path = cli.data_dir / "ports.json"
    path.unlink()
    if content is None:
        cli.up()  # on new ports; what ran on the old ones is stopped
        assert not any(is_alive(pid) for pid in pids.values())
        pids = cli.pids()
    else:
        path.write_text(content)

    assert cli.run("down").returncode == 0
    assert not any(is_alive(pid) for pid in pids.values())


@pytest.mark.parametrize("place", ["/proc/tradestream", "/dev/null/stack"])
def test_a_folder_that_cannot_be_written_to_is_named(place: str) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "tradestream.cli.main", "up", f"--data_dir={place}"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 1
    assert finished.stderr.startswith(
        f"tradestream: a data folder that can be written to is required, was {place}"
    )
    assert len(finished.stderr.splitlines()) == 1


FULL_DISK = """
import resource, signal, sys
from tradestream.cli.main import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.argv = ["tradestream", "up", "--data_dir=" + sys.argv[1]]
main()
"""


def test_a_disk_without_room_is_one_line(cli: Cli) -> None:
    # A limit on file sizes fails as a full disk does, without one being mounted.
    finished = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(cli.data_dir)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 1
    (line,) = finished.stderr.splitlines()
    assert line.startswith("tradestream: ")
    assert "Traceback" not in finished.stderr
    assert not (cli.data_dir / "postgres").exists()


def test_ports_are_below_those_that_the_system_hands_out() -> None:
    chosen = choose(20)

    assert len(set(chosen)) == 20
    assert max(chosen) < 32_768
    assert all(is_free(port) for port in chosen)


def test_a_stack_of_root_runs_in_a_folder_that_only_root_can_enter(cli: Cli) -> None:
    cli.data_dir.parent.chmod(0o700)

    cli.up()

    assert cli.status()["running"] is True
