"""platform/compose/full.yaml agrees with rooms, their flags, and their schedules.

And with the schema of its language: compose_spec.json is that of compose-go 2.9.0, by
the authors of the Compose Specification, under the Apache License 2.0.
"""

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from tools import repository
from tools.images.contents import read_graph, rooms

SCHEMA = Draft7Validator(
    json.loads((repository.ROOT / "tools" / "images" / "compose_spec.json").read_text())
)
FILE = repository.ROOT / "platform" / "compose" / "full.yaml"
COMPOSE = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
SIMULATOR = "exchange_simulator"
"""The one room that needs no flag."""
ROOMS = rooms(read_graph(repository.ROOT))
TABLE = yaml.safe_load(
    (repository.ROOT / "charts" / "tradestream" / "rooms.yaml").read_text("utf-8")
)["rooms"]
ENDED = 128 + 15
_PATIENCE_SECONDS = 60
JOBS = [name for name in ROOMS if TABLE[name]["kind"] == "job"]


def test_every_room_is_a_service_with_an_image_of_its_own() -> None:
    built = {
        name: s["build"]["args"]["ROOM"] for name, s in SERVICES.items() if "build" in s
    }

    assert built == {room: room for room in ROOMS}
    for room in ROOMS:
        assert SERVICES[room]["image"] == f"tradestream/{room}"
        assert (FILE.parent / SERVICES[room]["build"]["context"]).resolve() == (
            repository.ROOT
        )


def check_flags(room: str, flags: list[str]) -> "subprocess.CompletedProcess[str]":
    """Let a room look at its flags, and do nothing."""
    return subprocess.run(
        [sys.executable, "-m", f"services.{room}.main", *flags, "--only_check_args"],
        cwd=repository.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_what_compose_understands() -> None:
    assert not [error.message for error in SCHEMA.iter_errors(COMPOSE)]


@pytest.mark.parametrize(
    ("key", "value"), [("comand", []), ("user", 65532), ("volumes", [{"type": 1}])]
)
def test_what_compose_does_not_understand_is_noticed(key: str, value: object) -> None:
    wrong = copy.deepcopy(COMPOSE)
    wrong["services"]["redis"][key] = value

    assert [list(e.path)[:2] for e in SCHEMA.iter_errors(wrong)] == [
        ["services", "redis"]
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_takes_the_flags_of_its_service(room: str) -> None:
    finished = check_flags(room, SERVICES[room]["command"])

    assert finished.returncode == 0, finished.stderr


def test_a_flag_that_a_room_has_not_is_noticed() -> None:
    finished = check_flags(
        "candle_ingestor", [*SERVICES["candle_ingestor"]["command"], "--symbol=1"]
    )

    assert finished.returncode == 1
    assert "unknown command line flag 'symbol'" in finished.stderr


@pytest.mark.parametrize("room", [room for room in ROOMS if room != SIMULATOR])
def test_a_flag_that_a_room_must_have_is_noticed(room: str) -> None:
    given = SERVICES[room]["command"]
    needed = re.findall(r"--(\w+) must have a value", check_flags(room, []).stderr)

    kept = [flag for flag in given if not flag.startswith(f"--{needed[0]}=")]
    finished = check_flags(room, kept)

    assert len(kept) == len(given) - 1
    assert finished.returncode == 1
    assert f"--{needed[0]} must have a value" in finished.stderr


@pytest.mark.parametrize("room", JOBS)
def test_a_job_comes_as_often_as_its_schedule_says(room: str) -> None:
    minutes = TABLE[room]["schedule"].split()[0].removeprefix("*/")

    assert TABLE[room]["schedule"].split()[1:] == ["*"] * 4
    assert SERVICES[room]["environment"] == {
        "EVERY": int(minutes) * 60,
        "DEADLINE": TABLE[room]["deadline_seconds"],
    }


def test_whatever_is_named_is_there() -> None:
    for name, service in SERVICES.items():
        assert set(service.get("depends_on", ())) <= set(SERVICES), name
        assert set(service.get("secrets", ())) <= set(COMPOSE["secrets"]), name
        for flag in service.get("command", ()):
            host = flag.partition("://")[2].rpartition("@")[2].partition(":")[0]
            assert not host or host in SERVICES, flag
        for volume in service.get("volumes", ()):
            place = volume.partition(":")[0]
            known = place in COMPOSE["volumes"]
            assert known or (FILE.parent / place).is_dir(), volume


def test_nothing_is_open_to_other_machines() -> None:
    ports = [port for s in SERVICES.values() for port in s.get("ports", ())]

    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return a folder for programs that the loop of a job finds before others."""
    program(tmp_path, "date", "echo 57")
    # Waits until the full minute once, and for ever after it.
    program(
        tmp_path,
        "sleep",
        f"[ $1 = 3 ] && mkdir {tmp_path}/slept && exit; echo waits; exec /bin/sleep 60",
    )
    return tmp_path


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def start_loop(room: str, programs: Path) -> "subprocess.Popen[str]":
    """Start a job as Compose does, every minute."""
    shell, option, loop, *name = SERVICES[room]["entrypoint"]
    return subprocess.Popen(
        [shell, option, loop.replace("$$", "$"), *name, "--flag=1", "--other=2"],
        env={"EVERY": "60", "DEADLINE": "5", "PATH": f"{programs}:/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("room", JOBS)
def test_the_loop_of_a_job_runs_the_room_with_its_flags(
    room: str, programs: Path
) -> None:
    program(programs, "timeout", 'echo "$@"')

    with start_loop(room, programs) as loop:
        assert loop.stdout is not None
        said = [loop.stdout.readline(), loop.stdout.readline()]
        loop.terminate()
        assert loop.wait(_PATIENCE_SECONDS) == ENDED

    assert said == ["5 /app/bin/room --flag=1 --other=2\n", "waits\n"]


def test_a_run_in_progress_ends_by_itself_when_its_container_is_stopped(
    programs: Path,
) -> None:
    program(
        programs,
        "timeout",
        "trap 'kill $!; echo ended; exit' TERM; echo begun; /bin/sleep 60 & wait $!",
    )

    with start_loop("candle_ingestor", programs) as loop:
        assert loop.stdout is not None
        begun = loop.stdout.readline()
        loop.terminate()
        assert loop.wait(_PATIENCE_SECONDS) == ENDED
        said = loop.stdout.read()

    assert (begun, said) == ("begun\n", "ended\n")
