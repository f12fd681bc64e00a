"""The binary, as a process."""

import json
import subprocess
import sys
from contextlib import closing

import pytest

from tradestream.roles.declared import DeclaredRole
from tradestream.roles.grants import grant_declared
from tradestream.testing.room_roles import login, room_roles

HELD = "--now=2026-01-31T12:00:00Z"


def run(*flags: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "services.database_migrator.main", *flags],
        capture_output=True,
        text=True,
        check=False,
    )


def test_names_the_flag_that_is_missing() -> None:
    finished = run("--only_check_args")

    assert finished.returncode == 1
    assert "--postgres_url must have a value" in finished.stderr


def test_an_unreachable_server_is_worth_a_retry() -> None:
    finished = run("--postgres_url=postgresql://user@127.0.0.1:9/x")

    assert finished.returncode == 75
    assert len(finished.stderr.splitlines()) == 1


@pytest.mark.integration
def test_says_in_one_line_what_it_did(postgres_url: str) -> None:
    finished = run(f"--postgres_url={postgres_url}", HELD)

    (line,) = finished.stderr.splitlines()
    assert finished.returncode == 0
    assert json.loads(line)["event"] == "nothing to migrate"


@pytest.mark.integration
def test_a_folder_without_files_is_refused(postgres_url: str) -> None:
    finished = run(f"--postgres_url={postgres_url}", "--migrations_dir=/no/such/folder")

    assert finished.returncode == 1
    assert "SQL files are required in /no/such/folder" in finished.stderr


@pytest.mark.integration
def test_streams_of_redis_need_no_making(postgres_url: str) -> None:
    finished = run(f"--postgres_url={postgres_url}", "--bus_url=redis://127.0.0.1:9/0")

    assert finished.returncode == 0
    assert json.loads(finished.stderr)["topics_changed"] == []


@pytest.mark.integration
def test_an_unreachable_kafka_is_worth_a_retry(postgres_url: str) -> None:
    finished = run(f"--postgres_url={postgres_url}", "--bus_url=kafka://127.0.0.1:9")

    assert finished.returncode == 75
    assert "kafka at 127.0.0.1:9" in json.loads(finished.stderr)["event"]


@pytest.mark.integration
def test_rooms_without_roles_of_their_own_are_granted_nothing(
    postgres_url: str,
) -> None:
    finished = run(f"--postgres_url={postgres_url}", HELD)

    assert json.loads(finished.stderr)["privileges_changed"] == 0


@pytest.mark.integration
def test_grants_rooms_what_is_declared_when_it_runs_as_itself(
    postgres_url: str,
) -> None:
    head, _, place = postgres_url.partition("@")
    itself = f"{head.partition('//')[0]}//tradestream_database_migrator@{place}"
    with room_roles(postgres_url):
        with closing(login(postgres_url, "database_migrator")) as owner:
            grant_declared(owner, [DeclaredRole("reader", {})])

        finished = run(f"--postgres_url={itself}", HELD)

    assert json.loads(finished.stderr)["privileges_changed"] > 20
