"""How large an image of a room is, compressed as a registry keeps it."""

import gzip
import io
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1_000_000
LIMIT_BYTES = 150 * MEGABYTE
# What python:3.13-slim has, which is some 45 MB, and a reserve for what it becomes.
BASE_BYTES = 50 * MEGABYTE
_LEVEL = 6  # that of Docker and containerd


@dataclass(frozen=True, slots=True)
class Size:
    """The parts of one image, in compressed bytes.

    Attributes:
        wheels: Packages, with their bytecode.
        code: Code of this repository, with its bytecode, and the launcher.
        kernels: Machine code.
    """

    wheels: int
    code: int
    kernels: int

    @property
    def total(self) -> int:
        """All of the image, base included."""
        return BASE_BYTES + self.wheels + self.code + self.kernels

    def __str__(self) -> str:
        numbers = [self.wheels, self.code, self.kernels, self.total]
        wheels, code, kernels, total = (n / MEGABYTE for n in numbers)
        return (
            f"{total:5.1f} MB: base {BASE_BYTES / MEGABYTE:.0f}, wheels {wheels:.1f},"
            f" code {code:.1f}, kernels {kernels:.1f}"
        )


def size_of(app: Path, of_wheels: Mapping[str, int], names: Iterable[str]) -> Size:
    """Return how large the image with this `/app` is.

    Args:
        app: What `room.lay` wrote.
        of_wheels: What each package takes, compressed; they hardly share anything.
        names: Which packages the room has.
    """
    code = [*_files(app / "src"), *_files(app / "bin")]
    kernels = _files(app / "kernels")
    wheels = sum(of_wheels[name] for name in names)
    return Size(wheels, compressed(code, app), compressed(kernels, app))


def compressed(files: Iterable[Path], root: Path) -> int:
    """Return how many bytes a compressed layer of some files has."""
    layer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=layer, mode="wb", compresslevel=_LEVEL) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.GNU_FORMAT) as tar,
    ):
        for path in files:
            tar.add(path, path.relative_to(root).as_posix(), recursive=False)
    return layer.tell()


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
