"""The binary, as a process."""

import json
import subprocess
import sys
from contextlib import closing

import pytest

from tradestream.postgres import connect, transaction

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
def test_grants_what_is_declared_to_the_roles_that_are_there(
    postgres_url: str,
) -> None:
    with closing(connect(postgres_url)) as admin:
        with transaction(admin) as cursor:
            cursor.execute("CREATE ROLE tradestream_reader")

        first = run(f"--postgres_url={postgres_url}", HELD)
        second = run(f"--postgres_url={postgres_url}", HELD)

        with transaction(admin) as cursor:
            cursor.execute("DROP OWNED BY tradestream_reader")
            cursor.execute("DROP ROLE tradestream_reader")
    assert json.loads(first.stderr)["privileges_changed"] > 20
    assert json.loads(second.stderr)["privileges_changed"] == 0
