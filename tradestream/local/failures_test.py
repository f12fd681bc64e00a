"""The small stack when something is in its way: one line, and nothing half done."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from tradestream.errors import UnavailableError
from tradestream.local.ports import choose, is_free
from tradestream.local.stack import NAMES, Stack
from tradestream.testing.stack_cli import (
    Cli,
    is_alive,
    read,
    stack_cli,
    wait_until,
    write,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def cli() -> Iterator[Cli]:
    with stack_cli() as command:
        yield command


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
    monkeypatch.setattr(Stack, "lock_seconds", 0.1)
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
