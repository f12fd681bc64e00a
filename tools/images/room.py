"""The folder `/app` of one room, cut out of one that holds what all rooms need.

Its code is laid as for any image; wheels, bytecode, and kernels are links to the files
of the other one, so that a root for every room costs neither time nor space.
"""

import csv
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.build_files.graph import Graph
from tools.images.contents import contents
from tools.images.requirements import subset
from tools.images.tree import write

_NAME = re.compile(r"^([\w.-]+)==", re.MULTILINE)
_WITH_KERNELS = "numba"


def lay(graph: Graph, lock: str, everything: Path, room: str, out: Path) -> None:
    """Write what the image of one room holds.

    Args:
        graph: What the repository's modules need.
        lock: What its packages need: requirements.txt.
        everything: `/app` with `src`, `ext`, and `kernels` of all rooms, compiled.
        room: Whose image.
        out: Where; on the file system of `everything`.

    Raises:
        UnknownRoomError: If there is no such room.
        FileNotFoundError: If `everything` lacks one of its wheels.
    """
    needed = contents(graph, [room])
    write(everything / "src", needed, [room], out)
    for path in needed.files:
        _link(bytecode(everything / "src" / path), everything, out)
    names = wheels(lock, needed.distributions)
    held = distributions(everything / "ext")
    for name in names:
        if name not in held:
            raise FileNotFoundError(f"a wheel of {name} is required in {everything}")
        _link(held[name], everything, out)
    (out / "kernels").mkdir()
    if _WITH_KERNELS in names:
        kernels = (everything / "kernels").rglob("*")
        _link((path for path in kernels if path.is_file()), everything, out)


def wheels(lock: str, wanted: Iterable[str]) -> list[str]:
    """Return the names of locked packages and of all that they need, normalised."""
    return [_normalised(name) for name in _NAME.findall(subset(lock, wanted))]


def distributions(ext: Path) -> dict[str, list[Path]]:
    """Return the files of each installed package, bytecode included, by its name."""
    found = {}
    for record in ext.glob("*.dist-info/RECORD"):
        with record.open(encoding="utf-8", newline="") as rows:
            paths = [ext / row[0] for row in csv.reader(rows)]
        files = {path for path in paths if path.is_file() and ext in path.parents}
        files |= {compiled for path in files for compiled in bytecode(path)}
        name = record.parent.name.partition("-")[0]
        found[_normalised(name)] = sorted(files)
    return found


def bytecode(source: Path) -> Iterator[Path]:
    """Yield what a source was compiled to, if it is one."""
    if source.suffix == ".py":
        yield from (source.parent / "__pycache__").glob(f"{source.stem}.*.pyc")


def _link(files: Iterable[Path], everything: Path, out: Path) -> None:
    for path in files:
        place = out / path.relative_to(everything)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(path, place)


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()
