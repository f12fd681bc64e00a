"""What the workflows of GitHub run is pinned, and the same everywhere."""

import re
from collections import defaultdict
from typing import Any

import pytest
import yaml

from tools import repository

FOLDER = repository.ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in WORKFLOWS}
USES = re.compile(r"^ *(?:- )?uses: *(.*)$", re.MULTILINE)
PINNED = re.compile(r"([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)")
COMPOSE = repository.ROOT / "platform" / "compose" / "full.yaml"


def jobs(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(TEXTS[name])["jobs"]
    return found


def test_every_action_is_pinned_by_a_commit_with_its_tag_beside() -> None:
    pins = defaultdict(set)
    for name, text in TEXTS.items():
        for use in USES.findall(text):
            pin = PINNED.fullmatch(use)
            assert pin, f"{name}: {use}"
            pins[pin[1]].add((pin[2], pin[3]))

    assert len(pins) >= 5
    assert {action: len(found) for action, found in pins.items()} == dict.fromkeys(
        pins, 1
    )


@pytest.mark.parametrize(
    "use",
    [
        "actions/checkout@v6",
        "actions/checkout@" + "a" * 40,
        "a/b@" + "a" * 39 + " # v1",
    ],
)
def test_a_pin_that_is_none_is_noticed(use: str) -> None:
    assert not PINNED.fullmatch(use)


def test_service_containers_are_the_servers_of_docker_compose() -> None:
    containers = jobs("ci.yml")["contracts"]["services"]
    composed = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]

    assert {name: one["image"] for name, one in containers.items()} == {
        name: composed[name]["image"]
        for name in ("kafka", "influxdb", "postgres", "redis")
    }
    for one in containers.values():
        assert all(port.startswith("127.0.0.1:") for port in one["ports"])


def test_the_contracts_on_containers_are_files_that_are_there() -> None:
    steps = " ".join(
        step.get("run", "") for step in jobs("ci.yml")["contracts"]["steps"]
    )
    files = re.findall(r"tests/\S+\.py", steps)

    assert len(files) == 3
    assert all((repository.ROOT / file).is_file() for file in files)


def test_the_image_of_flink_is_published_and_scanned_like_those_of_rooms() -> None:
    file = "services/strategy_discovery/flink/Dockerfile"
    flink = {"room": "strategy_discovery_flink", "file": file}

    for name in ("release.yml", "scan.yml"):
        assert flink in jobs(name)["images"]["strategy"]["matrix"]["include"], name
    assert (repository.ROOT / file).is_file()
    assert "--provenance=mode=max --sbom=true" in TEXTS["release.yml"]
