"""Every image is what its container-structure-test.yaml says, its commands run.

Each room has a root of its own, with what its image holds and nothing else. The sizes
are printed with `-s -k small_enough`.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml

from tools import repository
from tools.full_size.kubernetes.image import Image
from tools.full_size.kubernetes.layers import run_inside, unpacked
from tools.full_size.kubernetes.local_cluster import images
from tools.images import imports, sizes
from tools.images.contents import contents, read_graph, rooms
from tools.images.room import distributions, lay, wheels

pytestmark = pytest.mark.timeout(1800)

GRAPH = read_graph(repository.ROOT)
LOCK = (repository.ROOT / "requirements.txt").read_text(encoding="utf-8")
ROOMS = rooms(GRAPH)
WITH_KERNELS = [
    room for room in ROOMS if "numba" in contents(GRAPH, [room]).distributions
]
EVERY_IMPORT = Path(imports.__file__).read_text(encoding="utf-8")
EVERY_KERNEL = """
from tradestream.indicators.compiled import cache_base
from tradestream.indicators.library import INDICATORS, address

def code():
    return {path.name for path in cache_base().rglob("*") if path.is_file()}

baked = code()
for name in INDICATORS:
    address(name)
print(len(baked), "baked,", len(code() - baked), "new")
"""
WITHOUT_COMPILER = [
    room
    for room in WITH_KERNELS
    if PurePosixPath("tradestream/kernels/use.py") in contents(GRAPH, [room]).files
]
BAKED = """
from tradestream.kernels.use import use_baked_kernels
print(use_baked_kernels())

import sys
import numpy as np
from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.candles import CandleSeries
from tradestream.instruments import Instrument

closes = 100 + np.sin(np.arange(200) / 5)
times = np.arange(200) * 60
bars = CandleSeries(
    "SINE", 60, times, closes, closes + 1, closes - 1, closes, np.ones(200)
)
window = Window(bars, Instrument("SINE", 0.01, 1.0), Costs())
name, strategy = next(iter(window.programs.catalogue.items()))
trades, sharpe = window.outcomes(name, window.genome(name, strategy.defaults()))
print(np.isfinite(trades).all(), "numba.core.dispatcher" in sys.modules)
"""


@dataclass(frozen=True, slots=True)
class Root:
    """What one room sees: the base that all share, and `/app` of its own."""

    base: Path
    app: Path
    image: Image

    def path(self, name: str) -> Path:
        """Return where a path of the image is."""
        inside = name.removeprefix("/app/")
        return self.base / name.lstrip("/") if inside == name else self.app / inside

    def run(self, *words: str, **more: str) -> "CompletedProcess[str]":
        """Run a command as the image would, with further variables."""
        variables = {"PATH": "/usr/bin:/bin", **self.image.environment, **more}
        return run_inside(
            self.base, words, environment=variables, user=self.image.user, app=self.app
        )

    def python(self, program: str, *arguments: str) -> "CompletedProcess[str]":
        """Run a program of Python, with the path that the launcher makes."""
        words = ["python3", "-P", "-s", "-c", program, *arguments]
        return self.run(*words, PYTHONPATH="/app/src:/app/ext")

    def imports(self) -> "CompletedProcess[str]":
        """Import whatever the room imports, at its start or later."""
        (command,) = self.image.entrypoint
        main = f"services/{Path(command).name}/main.py"
        return self.python(EVERY_IMPORT, "/app/src", main)


@pytest.fixture(scope="module")
def built() -> dict[str, Image]:
    """Return the image of each room."""
    return dict(zip(ROOMS, images(ROOMS), strict=True))


@pytest.fixture(scope="module")
def folders(built: dict[str, Image]) -> Iterator[tuple[Path, Path]]:
    """Return the base, unpacked, and what all rooms need above it."""
    base, *above = built[ROOMS[0]].layers
    with unpacked([base]) as root, unpacked(above) as everything:
        (root / "app").mkdir()
        yield root, everything


@pytest.fixture(scope="module")
def of_wheels(folders: tuple[Path, Path]) -> dict[str, int]:
    """Return the compressed size of each package."""
    ext = folders[1] / "app" / "ext"
    held = distributions(ext)
    return {name: sizes.compressed(files, ext) for name, files in held.items()}


@pytest.fixture(scope="module")
def roots(built: dict[str, Image], folders: tuple[Path, Path]) -> dict[str, Root]:
    """Return the root of each room."""
    base, everything = folders
    made = {}
    for room in ROOMS:
        made[room] = Root(base, everything / "rooms" / room, built[room])
        lay(GRAPH, LOCK, everything / "app", room, made[room].app)
    return made


@pytest.mark.parametrize("room", ROOMS)
def test_an_image_is_what_its_structure_test_says(
    room: str, roots: dict[str, Root]
) -> None:
    root, wanted = roots[room], structure(room)

    metadata = wanted["metadataTest"]
    assert list(root.image.entrypoint) == metadata["entrypoint"]
    assert root.image.user == metadata["user"]
    for variable in metadata["envVars"]:
        assert root.image.environment[variable["key"]] == variable["value"]
    for file in wanted["fileExistenceTests"]:
        assert root.path(file["path"]).exists() == file["shouldExist"], file["name"]


@pytest.mark.parametrize("room", ROOMS)
def test_the_commands_of_a_structure_test_run_in_its_image(
    room: str, roots: dict[str, Root]
) -> None:
    commands = structure(room)["commandTests"]

    assert commands
    for command in commands:
        ended = roots[room].run(command["command"], *command["args"])
        assert ended.returncode == command["exitCode"], ended.stderr
        for pattern in command.get("expectedOutput", ()):
            assert re.search(pattern, ended.stdout), ended.stdout
        for pattern in command.get("expectedError", ()):
            assert re.search(pattern, ended.stderr), ended.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_an_image_has_whatever_its_room_imports_at_work(
    room: str, roots: dict[str, Root]
) -> None:
    ended = roots[room].imports()

    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    "lost", ["src/tradestream/bus/kafka_settings.py", "ext/influxdb_client"]
)
def test_what_one_image_lacks_is_noticed_though_all_others_have_it(
    lost: str, roots: dict[str, Root], tmp_path: Path
) -> None:
    whole = roots["candle_ingestor"]
    less = Root(whole.base, tmp_path / "app", whole.image)
    shutil.copytree(whole.app, less.app, ignore=lambda folder, names: [
        name for name in names if str(Path(folder, name)) == str(whole.app / lost)
    ])  # fmt: skip
    tmp_path.chmod(0o755)

    starts = less.run("/app/bin/candle_ingestor", "--help")
    ended = less.imports()

    assert starts.returncode == 0  # it is wanted at work alone
    assert ended.returncode == 1
    assert f"No module named '{module_of(lost)}'" in ended.stdout


@pytest.mark.parametrize("room", WITH_KERNELS)
def test_a_room_with_kernels_compiles_none(room: str, roots: dict[str, Root]) -> None:
    ended = roots[room].python(EVERY_KERNEL)

    assert re.fullmatch(r"[1-9]\d+ baked, 0 new\n", ended.stdout), ended.stderr


@pytest.mark.parametrize("room", WITHOUT_COMPILER)
def test_a_room_runs_what_was_baked_for_it(room: str, roots: dict[str, Root]) -> None:
    ended = roots[room].python(BAKED)

    assert ended.stdout.split() == ["True", "True", "False"], ended.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_an_image_is_small_enough(
    room: str, roots: dict[str, Root], of_wheels: dict[str, int]
) -> None:
    names = wheels(LOCK, contents(GRAPH, [room]).distributions)

    size = sizes.size_of(roots[room].app, of_wheels, names)

    print(f"\n{room:<34} {size}")
    assert size.total <= sizes.LIMIT_BYTES, str(size)


def structure(room: str) -> dict[str, Any]:
    path = repository.ROOT / "services" / room / "container-structure-test.yaml"
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def module_of(place: str) -> str:
    """Return what a file or folder below `/app` is imported as."""
    return place.partition("/")[2].removesuffix(".py").replace("/", ".")
