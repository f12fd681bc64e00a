"""The small stack as a user has it: real servers, in folders of the test."""

import json
import os
import signal
import stat
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psutil
import pytest

from tradestream.local.stack import HISTORY_DAYS
from tradestream.testing.stack_cli import (
    Cli,
    is_alive,
    password,
    read,
    stack_cli,
    write,
)

pytestmark = pytest.mark.integration


@pytest.fixture
def cli() -> Iterator[Cli]:
    with stack_cli() as command:
        yield command


@pytest.fixture
def other() -> Iterator[Cli]:
    with stack_cli() as command:
        yield command


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
