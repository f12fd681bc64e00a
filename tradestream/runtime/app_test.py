"""A binary's start, in a process of its own as users see it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

ROOM = '''
"""A room that does what it is told.

Exit status: 0 done.
"""

from absl import flags

from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.logs import get_logger

_BUS = shared.define_bus()
_CLOCK = shared.define_clock()
_KEY = shared.define_secret("key_file", "File with the key of the venue.")
_LIMIT = flags.DEFINE_integer("limit", 20, "How many symbols.", lower_bound=1)
_LOUD = flags.DEFINE_bool("loud", False, "Whether to shout.")
_DO = flags.DEFINE_enum("do", "show", ["show", "unavailable", "wrong", "bug", "secret",
                                       "bus", "interrupt"], "What to do.")


def main(argv):
    if _DO.value == "unavailable":
        raise UnavailableError("redis at example did not answer")
    if _DO.value == "wrong":
        raise ConfigurationError("a key is required, was none")
    if _DO.value == "bug":
        return {}["no such key"]
    if _DO.value == "secret":
        print(len(_KEY.read()))
    if _DO.value == "bus":
        _BUS.open()
    if _DO.value == "interrupt":
        raise KeyboardInterrupt
    print(_LIMIT.value, _LOUD.value, _CLOCK.now().isoformat())


if __name__ == "__main__":
    run(main)
'''


class Room:
    """A room's file, and how to run it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "test_room" / "main.py"
        self.path.parent.mkdir()
        self.path.write_text(ROOM)

    def run(
        self, *flags: str, environment: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        found = os.pathsep.join([str(REPOSITORY), *sys.path])
        ours = {"PYTHONPATH": found, "PATH": os.environ["PATH"]}
        return subprocess.run(
            [sys.executable, str(self.path), *flags],
            env={**ours, **(environment or {})},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


BUS = "--bus_url=redis://127.0.0.1:9/0"
HELD = "--now=2026-01-31T12:00:00Z"
SHOWN = "20 False 2026-01-31T12:00:00+00:00\n"


def only_line(finished: "subprocess.CompletedProcess[str]") -> str:
    (line,) = finished.stderr.splitlines()
    return line


def test_runs_with_its_flags(room: Room) -> None:
    finished = room.run(BUS, HELD)

    assert (finished.returncode, finished.stdout) == (0, SHOWN)
    assert finished.stderr == ""


def test_takes_flags_from_the_environment(room: Room) -> None:
    finished = room.run(
        HELD,
        environment={
            "TRADESTREAM_BUS_URL": "redis://127.0.0.1:9/0",
            "TRADESTREAM_LIMIT": "7",
            "TRADESTREAM_LOUD": "true",
            "TRADESTREAM_OTHER_ROOMS_FLAG": "x",
        },
    )

    assert finished.stdout.startswith("7 True")


@pytest.mark.parametrize("flag", ["--limit=3", "-limit=3"])
def test_a_flag_beats_the_environment(room: Room, flag: str) -> None:
    finished = room.run(BUS, HELD, flag, environment={"TRADESTREAM_LIMIT": "7"})

    assert finished.stdout.startswith("3 ")


def test_a_negated_flag_beats_the_environment(room: Room) -> None:
    finished = room.run(BUS, HELD, "--noloud", environment={"TRADESTREAM_LOUD": "true"})

    assert finished.stdout == SHOWN


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ([BUS, "--limitt=3"], "unknown command line flag 'limitt'"),
        ([BUS, "--limit=0"], "limit=0"),
        ([BUS, "--limit=many"], "limit=many"),
        ([BUS, "--do=dance"], "do=dance"),
        ([BUS, "extra"], "was 'extra'"),
        ([BUS, "--now=yesterday"], "an ISO time with a timezone is required"),
        ([BUS, "--now=2026-01-31T12:00:00"], "an ISO time with a timezone is required"),
        (["--bus_url=amqp://host"], "a URL with redis:// or kafka:// is required"),
        (["--bus_url=kafka://"], "a host is required before each port"),
        (["--bus_url=kafka://a:9092,:9093"], "a host is required before each port"),
        (
            ["--bus_url=kafka://a:9092,b:x"],
            "a port from 1 to 65535 is required, was 'x'",
        ),
        (["--bus_url=kafka://a:70000"], "was '70000'"),
        (["--bus_url=kafka://a:9092/topic"], "without a path"),
        (["--bus_url=kafka://me@a:9092"], "a user belongs in --bus_user"),
        ([BUS, "--bus_sasl_mechanism=NONE"], "PLAIN|SCRAM-SHA-256|SCRAM-SHA-512"),
        ([], "--bus_url must have a value, from the flag or TRADESTREAM_BUS_URL"),
    ],
)
def test_says_in_one_line_what_is_wrong_with_flags(
    room: Room, flags: list[str], words: str
) -> None:
    finished = room.run(*flags)

    line = only_line(finished)
    assert finished.returncode == 1
    assert line.startswith("test_room: ")
    assert words in line


def test_refuses_a_password_in_a_url_without_showing_it(room: Room) -> None:
    finished = room.run("--bus_url=redis://:hunter2@127.0.0.1:9/0")

    assert finished.returncode == 1
    assert "--bus_password_file" in only_line(finished)
    assert "hunter2" not in finished.stderr + finished.stdout


def test_only_checks_flags_when_asked(room: Room) -> None:
    fine = room.run(BUS, "--do=bus", "--only_check_args")
    wrong = room.run(BUS, "--limit=0", "--only_check_args")

    assert (fine.returncode, fine.stdout) == (0, "")
    assert wrong.returncode == 1


@pytest.mark.parametrize("flag", ["--help", "--helpfull", "--helpshort"])
def test_help_names_flags_but_no_values_of_the_environment(
    room: Room, flag: str
) -> None:
    finished = room.run(flag, environment={"TRADESTREAM_KEY_FILE": "/secret/place"})

    assert finished.returncode == 0
    assert "--bus_url" in finished.stdout
    assert "File with the key of the venue" in finished.stdout
    assert "/secret/place" not in finished.stdout


def test_an_unavailable_dependency_is_one_line_and_status_75(room: Room) -> None:
    finished = room.run(BUS, "--do=unavailable")

    line = json.loads(only_line(finished))
    assert finished.returncode == 75
    assert line["event"] == "redis at example did not answer"
    assert (line["room"], line["level"]) == ("test_room", "error")


def test_an_unreachable_server_is_status_75(room: Room) -> None:
    finished = room.run(BUS, "--do=bus")

    assert finished.returncode == 75
    assert "redis at 127.0.0.1:9" in only_line(finished)


def test_a_wrong_setting_is_one_line_and_status_1(room: Room) -> None:
    finished = room.run(BUS, "--do=wrong")

    assert finished.returncode == 1
    assert json.loads(only_line(finished))["event"] == "a key is required, was none"


def test_a_bug_is_one_line_that_holds_its_traceback(room: Room) -> None:
    finished = room.run(BUS, "--do=bug")

    line = json.loads(only_line(finished))
    assert finished.returncode == 1
    assert line["event"].startswith("bug: ")
    assert "KeyError: 'no such key'" in line["exception"]


def test_an_interrupted_run_says_nothing(room: Room) -> None:
    finished = room.run(BUS, "--do=interrupt")

    assert (finished.returncode, finished.stderr) == (130, "")


def test_reads_a_secret_from_its_file(room: Room, tmp_path: Path) -> None:
    secret = tmp_path / "key"
    secret.write_text("12345\n")

    finished = room.run(BUS, "--do=secret", f"--key_file={secret}")

    assert finished.stdout.startswith("5\n")


def test_a_missing_secret_file_is_named(room: Room) -> None:
    finished = room.run(BUS, "--do=secret", "--key_file=/no/such/key")

    assert finished.returncode == 1
    assert "readable secret file is required, was /no/such/key" in only_line(finished)


def test_an_empty_secret_file_is_named(room: Room, tmp_path: Path) -> None:
    empty = tmp_path / "key"
    empty.write_text("\n")

    finished = room.run(BUS, "--do=secret", f"--key_file={empty}")

    assert finished.returncode == 1
    assert "a secret is required in" in only_line(finished)
