"""What rooms need: their own modules, the files these read, and wheels.

Reads the same graph that the BUILD files are written from, so that an image built
without Bazel holds what one built with it holds, and nothing else.
"""

import importlib.metadata
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tools.build_files import settings
from tools.build_files.graph import Graph, Target

_ROOTS = ("protos", "services", "tradestream")
_SHARED = ("platform", "charts")
# Has an image and an environment of its own.
_FLINK = "services/strategy_discovery/flink/"
_TESTS = re.compile(r"(^|/)(tests?|testing|__pycache__)/|_test\.py$|_fake\.py$")


class UnknownRoomError(Exception):
    """Raised when a room is asked for that there is none of."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What some rooms need.

    Attributes:
        files: Paths of the repository, sorted.
        distributions: Names of locked packages that they import, normalised.
    """

    files: tuple[PurePosixPath, ...]
    distributions: tuple[str, ...]


def read_graph(root: Path) -> Graph:
    """Return the graph of everything below `root` that is no test."""
    paths = list(_walk(root, _ROOTS))
    sources = {
        path: (root / path).read_text(encoding="utf-8")
        for path in paths
        if path.suffix == ".py"
    }
    distributions = {
        module: _normalised(names[0])
        for module, names in importlib.metadata.packages_distributions().items()
    }
    others = [path for path in paths if path.suffix != ".py"]
    standard = frozenset(sys.stdlib_module_names)
    return Graph(sources, others, list(_walk(root, _SHARED)), distributions, standard)


def rooms(graph: Graph) -> list[str]:
    """Return the names of all rooms."""
    mains = (t for t in graph.targets.values() if t.kind == "room")
    return sorted(PurePosixPath(main.package).name for main in mains)


def contents(graph: Graph, wanted: Sequence[str]) -> Contents:
    """Return what `wanted` rooms need, all of them together.

    Raises:
        UnknownRoomError: If one of them is no room.
    """
    known = rooms(graph)
    for room in wanted:
        if room not in known:
            names = ", ".join(known)
            raise UnknownRoomError(f"one of {names} is required, was {room}")
    return closure(graph, [f"//services/{room}:main_lib" for room in wanted])


def closure(graph: Graph, labels: Iterable[str]) -> Contents:
    """Return what some targets need, all of them together.

    Raises:
        KeyError: If there is no such target.
    """
    by_label = {target.label: target for target in graph.targets.values()}
    waiting = list(labels)
    files: set[PurePosixPath] = set()
    distributions: set[str] = set()
    seen: set[str] = set()
    while waiting:
        label = waiting.pop()
        if label in seen:
            continue
        seen.add(label)
        if label.startswith("@pypi//"):
            distributions.add(label.removeprefix("@pypi//"))
            continue
        target = by_label[label]
        files.add(target.module)
        files |= _initialisers(target.module)
        files |= set(_data(graph, target))
        waiting += target.deps
    return Contents(tuple(sorted(files)), tuple(sorted(distributions)))


def _walk(root: Path, folders: Iterable[str]) -> Iterable[PurePosixPath]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            place = path.relative_to(root).as_posix()
            outside = place.startswith((*settings.OUTSIDE, _FLINK)) or _TESTS.search(
                place
            )
            if path.is_file() and not outside and path.name != "BUILD.bazel":
                yield PurePosixPath(place)


def _initialisers(module: PurePosixPath) -> set[PurePosixPath]:
    parents = module.parents
    return {p / "__init__.py" for p in parents if p != PurePosixPath()}


def _data(graph: Graph, target: Target) -> Iterable[PurePosixPath]:
    """Return the files behind the labels that a target reads."""
    for label in target.data:
        if not label.startswith("//"):
            package, name = target.package, label
        else:
            package, _, name = label.removeprefix("//").partition(":")
        folder = PurePosixPath(package)
        if name == "sources":
            names = [
                t.module.name
                for t in graph.targets.values()
                if t.package == package and t.kind == "library"
            ]
        elif name == "files":
            names = graph.shared_files(package)
        else:
            names = [name]
        yield from (folder / name for name in names)


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()
