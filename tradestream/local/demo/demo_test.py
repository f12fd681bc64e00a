"""The demo when something comes between: nothing is left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from tradestream.local.demo.figures import Market, by_kind
from tradestream.local.demo.rooms import last_fields, why
from tradestream.local.sizes import open_stack
from tradestream.testing.servers import temporary_folder

integration = pytest.mark.integration


@pytest.fixture
def folder() -> Iterator[Path]:
    with temporary_folder("demo") as made:
        yield made / "demo"


def start(
    folder: Path, *options: str, environment: Mapping[str, str] | None = None
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tradestream.cli.main", "demo", "--exit",
         f"--data_dir={folder}", *options],
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def left_behind(folder: Path) -> list[list[str]]:
    """Return the command lines of living processes that know the folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "environ", "status"]):
        words = process.info["cmdline"] or []
        variables = process.info["environ"] or {}
        known = any(str(folder) in word for word in words) or any(
            str(folder) in value for value in variables.values()
        )
        if known and process.info["status"] != psutil.STATUS_ZOMBIE:
            found.append(words)
    return found


@integration
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_no_process(
    folder: Path, number: signal.Signals
) -> None:
    demo = start(folder)
    assert demo.stdout is not None
    for line in demo.stdout:
        if line.startswith("exchange_simulator"):
            break
    assert left_behind(folder)

    demo.send_signal(number)
    _, errors = demo.communicate(timeout=60)

    assert demo.returncode == 130
    assert errors == "interrupted; everything is stopped\n"
    assert left_behind(folder) == []


@integration
def test_what_a_killed_demo_leaves_is_ended_by_down(folder: Path) -> None:
    demo = start(folder)
    assert demo.stdout is not None
    for line in demo.stdout:
        if line.startswith("exchange_simulator"):
            break
    demo.kill()
    demo.communicate(timeout=60)
    assert left_behind(folder)

    down = [sys.executable, "-m", "tradestream.cli.main", "down"]
    subprocess.run([*down, f"--data_dir={folder}"], capture_output=True, check=True)

    assert left_behind(folder) == []


@integration
def test_a_failing_room_ends_the_demo_with_its_line(folder: Path) -> None:
    demo = start(folder, environment={"TRADESTREAM_MIGRATIONS_DIR": "/no/such/folder"})

    _, errors = demo.communicate(timeout=60)

    assert demo.returncode == 1
    assert errors.startswith("tradestream: database_migrator ended with 1: SQL files")
    assert len(errors.splitlines()) == 1
    assert left_behind(folder) == []


@integration
def test_a_second_demo_in_the_same_folder_is_refused(folder: Path) -> None:
    first = start(folder)
    assert first.stdout is not None
    first.stdout.readline()

    second = start(folder)
    _, errors = second.communicate(timeout=60)
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)

    assert second.returncode == 1
    assert errors == f"tradestream: another demo runs in {folder}\n"


@integration
def test_a_folder_with_something_else_is_not_wiped(folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")

    demo = start(folder)
    _, errors = demo.communicate(timeout=60)

    assert demo.returncode == 1
    assert "an empty folder or one of an earlier demo is required" in errors
    assert (folder / "thesis.txt").read_text() == "years of work"


@integration
@pytest.mark.parametrize("option", ["--exit", "--keep"])
def test_a_stack_of_tradestream_up_is_neither_stopped_nor_wiped(
    folder: Path, option: str
) -> None:
    layout = open_stack(folder).layout
    layout.create()
    kept = sorted(layout.root.iterdir())
    assert kept

    demo = start(folder, option)
    _, errors = demo.communicate(timeout=60)

    assert demo.returncode == 1
    assert "an empty folder or one of an earlier demo is required" in errors
    assert sorted(layout.root.iterdir()) == kept


def test_finds_the_line_in_which_a_room_says_why() -> None:
    output = (
        '{"event": "fetched", "level": "info"}\n'
        '{"event": "redis did not answer", "level": "error"}\n'
        '{"event": "bye", "level": "info"}\n'
    )

    assert why(output) == "redis did not answer"
    assert why("room: --x must have a value\n") == "room: --x must have a value"
    assert why("") == "it said nothing"
    assert last_fields(output)["event"] == "bye"


def test_markets_stand_under_the_name_of_their_kind() -> None:
    markets = [Market("A-USD", 3, 1, 0), Market("B-USD", 2, 0, 2), Market("X", 1, 0, 0)]
    names = {"A-USD": "no edge", "B-USD": "planted", "C-USD": "no edge"}

    assert by_kind(markets, names) == [
        ("planted", [Market("B-USD", 2, 0, 2)]),
        ("no edge", [Market("A-USD", 3, 1, 0)]),
        ("not known to the venue", [Market("X", 1, 0, 0)]),
    ]
