"""`tradestream roles create`, as its user types it."""

import subprocess
from pathlib import Path

import pytest

from tradestream.roles.declared import OWNER, read_declared
from tradestream.testing.command import run_command
from tradestream.testing.room_roles import drop_roles


def create(*options: str) -> "subprocess.CompletedProcess[str]":
    return run_command("roles", "create", *options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "missing option '--postgres_url'"),
        (["--postgres_url=redis://x"], "a database URL is required"),
        (["--postgres_url=x", "--postgres_password_file=/no"], "/no"),
    ],
)
def test_says_in_one_line_what_is_wrong(options: list[str], words: str) -> None:
    finished = create(*options)

    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr.count("\n") == 1
    assert words in finished.stderr


def test_a_server_that_is_away_is_worth_a_retry() -> None:
    finished = create("--postgres_url=postgresql://user@127.0.0.1:9/x")

    assert finished.returncode == 75
    assert finished.stderr.count("\n") == 1


@pytest.mark.integration
def test_makes_every_role_with_a_password_in_its_file(
    postgres_url: str, tmp_path: Path
) -> None:
    rooms = [OWNER, *(role.room for role in read_declared())]

    first = create(f"--postgres_url={postgres_url}", f"--passwords={tmp_path}")
    second = create(f"--postgres_url={postgres_url}", f"--passwords={tmp_path}")

    third = create(f"--postgres_url={postgres_url}", f"--passwords={tmp_path / 'no'}")

    drop_roles(postgres_url, rooms)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.count("made, in its file") == len(rooms)
    assert second.stdout.count("of its file") == len(rooms)
    assert {file.name for file in tmp_path.iterdir()} == set(rooms)
    assert third.returncode == 1
    assert "--new_passwords draws new ones" in third.stderr
