"""platform/compose/full.yaml agrees with rooms, their flags, and their schedules."""

import subprocess
import sys
from typing import Any

import pytest
import yaml

from tools import repository
from tools.images.contents import read_graph, rooms

FILE = repository.ROOT / "platform" / "compose" / "full.yaml"
COMPOSE = yaml.safe_load(FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ROOMS = rooms(read_graph(repository.ROOT))
TABLE = yaml.safe_load(
    (repository.ROOT / "charts" / "tradestream" / "rooms.yaml").read_text("utf-8")
)["rooms"]
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


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_takes_the_flags_of_its_service(room: str) -> None:
    finished = subprocess.run(
        [
            *(sys.executable, "-m", f"services.{room}.main"),
            *(*SERVICES[room]["command"], "--only_check_args"),
        ],
        cwd=repository.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr


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


@pytest.mark.parametrize("room", JOBS)
def test_the_loop_of_a_job_runs_the_room_with_its_flags(room: str) -> None:
    # As Compose starts it, but with `echo` for the room and a clock of its own.
    shell, option, loop, *name = SERVICES[room]["entrypoint"]
    script = (
        "sleep() { [ $1 = 3 ] && [ -z $slept ] && slept=1; };"
        "date() { echo 57; }; timeout() { shift 2; echo $*; };"
        + loop.replace("$$", "$")
    )
    finished = subprocess.run(
        [shell, option, script, *name, "--flag=1", "--other=2"],
        env={"EVERY": "60", "DEADLINE": "5", "slept": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.stdout == "--flag=1 --other=2\n", finished.stderr
