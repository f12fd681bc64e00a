"""Every image is what its container-structure-test.yaml says, its commands run.

The images share their layers, which hold what any room needs: that one room's own
part of them is enough is not shown here.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import repository
from tools.full_size.kubernetes.image import Image
from tools.full_size.kubernetes.layers import run_inside, unpacked
from tools.full_size.kubernetes.local_cluster import images
from tools.images.contents import read_graph, rooms

pytestmark = pytest.mark.timeout(1800)

ROOMS = rooms(read_graph(repository.ROOT))


@pytest.fixture(scope="module")
def built() -> dict[str, Image]:
    """Return the image of each room."""
    return dict(zip(ROOMS, images(ROOMS), strict=True))


@pytest.fixture(scope="module")
def root(built: dict[str, Image]) -> Iterator[Path]:
    """Return a folder with the layers that all images share, unpacked."""
    assert len({tuple(image.layers) for image in built.values()}) == 1
    with unpacked(built[ROOMS[0]].layers) as folder:
        yield folder


@pytest.mark.parametrize("room", ROOMS)
def test_an_image_is_what_its_structure_test_says(
    room: str, built: dict[str, Image], root: Path
) -> None:
    image, wanted = built[room], structure(room)

    metadata = wanted["metadataTest"]
    assert list(image.entrypoint) == metadata["entrypoint"]
    assert image.user == metadata["user"]
    for variable in metadata["envVars"]:
        assert image.environment[variable["key"]] == variable["value"]
    for file in wanted["fileExistenceTests"]:
        there = (root / file["path"].lstrip("/")).exists()
        assert there == file["shouldExist"], file["name"]


@pytest.mark.parametrize("room", ROOMS)
def test_the_commands_of_a_structure_test_run_in_its_image(
    room: str, built: dict[str, Image], root: Path
) -> None:
    image, commands = built[room], structure(room)["commandTests"]
    environment = {"PATH": "/usr/bin:/bin", **image.environment}

    assert commands
    for command in commands:
        words = [command["command"], *command["args"]]
        ended = run_inside(root, words, environment=environment, user=image.user)
        assert ended.returncode == command["exitCode"], ended.stderr
        for pattern in command.get("expectedOutput", ()):
            assert re.search(pattern, ended.stdout), ended.stdout
        for pattern in command.get("expectedError", ()):
            assert re.search(pattern, ended.stderr), ended.stderr


def structure(room: str) -> dict[str, Any]:
    path = repository.ROOT / "services" / room / "container-structure-test.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found
