"""The file of all kernels: which there are, how they are called, their code.

Made by `bake`. Its name says which processor, interpreter, and Numba it is for, and
in it stands which sources it was made of: an edit of one of them makes it unfit.
"""

import hashlib
import json
import os
import platform
import re
import struct
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tradestream.kernels.symbols import package_folder

_MAGIC = b"tradestream kernels 1\n"
_LENGTHS = struct.Struct("<QQ")
_KEPT = 8
ROOT = Path(__file__).resolve().parents[2]
SUFFIX = ".kernels"


@dataclass(frozen=True, slots=True)
class Kernel:
    """A compiled function.

    Attributes:
        symbol: What of the code is called.
        code: The object file.
        arguments: What it takes, see `call.matches`; None: five whole numbers, from
            other kernels.
    """

    symbol: str
    code: bytes
    arguments: list[Any] | None = None


Sources = Mapping[str, str]
"""Hashes of the source files that kernels come from, by path in the checkout."""
Kernels = Mapping[str, list[Kernel]]
"""Compiled functions, one for each kind of arguments, by module and name."""


def name_of(module: str, name: str) -> str:
    """Return what a function is known by."""
    return f"{module}:{name}"


@dataclass(frozen=True)
class Image:
    """What `write` wrote; code is read when it is asked for."""

    path: Path

    def __contains__(self, name: object) -> bool:
        return name in self._kernels

    def kernels(self, name: str) -> list[Kernel]:
        """Return the compiled functions of a name; none if it has none."""
        found = []
        with self.path.open("rb") as file:
            for symbol, arguments, offset, size in self._kernels.get(name, ()):
                file.seek(self._code_at + offset)
                found.append(Kernel(symbol, file.read(size), arguments))
        return found

    @property
    def whole(self) -> bool:
        """Whether all of it is there: a machine may fail while it is written."""
        with self.path.open("rb") as file:
            head = file.read(len(_MAGIC) + _LENGTHS.size)
        if len(head) < len(_MAGIC) + _LENGTHS.size or not head.startswith(_MAGIC):
            return False
        lengths: tuple[int, int] = _LENGTHS.unpack(head[len(_MAGIC) :])
        return self.path.stat().st_size == len(head) + sum(lengths)

    @property
    def fits(self) -> bool:
        """Whether it was made of the sources here; those that lack are not run."""
        here = digests(
            p for p in (ROOT / name for name in self._sources) if p.is_file()
        )
        return here.items() <= self._sources.items()

    @property
    def _kernels(self) -> dict[str, list[Any]]:
        return self._directory[0]

    @property
    def _sources(self) -> Sources:
        return self._directory[1]

    @property
    def _code_at(self) -> int:
        return self._directory[2]

    @cached_property
    def _directory(self) -> tuple[dict[str, list[Any]], Sources, int]:
        with self.path.open("rb") as file:
            file.seek(len(_MAGIC))
            length, _ = _LENGTHS.unpack(file.read(_LENGTHS.size))
            kernels, sources = json.loads(file.read(length))
            return kernels, sources, file.tell()


def write(path: Path, kernels: Kernels, sources: Sources) -> None:
    """Write a file whole or not at all, and remove all but the newest others."""
    listed: dict[str, list[Any]] = {}
    code = bytearray()
    for name, compiled in kernels.items():
        for one in compiled:
            row = [one.symbol, one.arguments, len(code), len(one.code)]
            listed.setdefault(name, []).append(row)
            code += one.code
    directory = json.dumps([listed, sources]).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        lengths = _LENGTHS.pack(len(directory), len(code))
        file.write(_MAGIC + lengths + directory + code)
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)
    others = [p for p in path.parent.glob(f"*{SUFFIX}") if p != path]
    others.sort(key=lambda p: p.stat().st_mtime, reverse=True)
    for old in others[_KEPT:]:
        old.unlink(missing_ok=True)


def find() -> Image | None:
    """Return an image for this machine and the sources here; None if none was made."""
    images = [Image(path) for path in folder().glob(f"{_machine()}-*{SUFFIX}")]
    images.sort(key=lambda image: image.path.name)
    return next((one for one in images if one.whole and one.fits), None)


def path_for(sources: Sources, within: Path) -> Path:
    """Return where the image of some sources belongs within a folder."""
    digest = hashlib.sha256(repr(sorted(sources.items())).encode()).hexdigest()
    return within / f"{_machine()}-{digest[:16]}{SUFFIX}"


def folder() -> Path:
    """Return where compiled code is: NUMBA_CACHE_DIR, else a folder of the user's."""
    named = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(named) if named else Path(home) / "tradestream" / "kernels"


def digests(sources: Iterable[Path]) -> Sources:
    """Return the hash of each source file, by its path in the checkout."""
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sources
    }


def _machine() -> str:
    """Return a name for what code must be made for, beside its sources."""
    parts = (numba_version(), _processor(), sys.implementation.cache_tag)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def numba_version() -> str:
    """Return the version of Numba that is installed, without importing it."""
    text = (package_folder() / "_version.py").read_text()
    found = re.search(r'"version": "([^"]+)"', text)
    return found[1] if found else hashlib.sha256(text.encode()).hexdigest()


def _processor() -> str:
    """Return what decides which instructions may be used."""
    told = [os.environ.get(f"NUMBA_CPU_{name}") for name in ("NAME", "FEATURES")]
    if told[0]:
        return repr((platform.machine(), told))
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    first = lines[: lines.index("")] if "" in lines else lines
    shown = [line for line in first if line.startswith(("model name", "flags"))]
    return repr((platform.machine(), told, shown))
