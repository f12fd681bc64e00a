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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tradestream.kernels.symbols import package_folder

_MAGIC = b"tradestream kernels 2\n"
_HEADER = struct.Struct("<32sQ")  # hash of all that follows, size of the directory
_KEPT = 8
_PROCESSORS = Path("/proc/cpuinfo")
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


@dataclass(frozen=True, slots=True)
class Image:
    """What `write` wrote, as it was when it was read: the file may be replaced.

    Attributes:
        path: Where it was.
        listed: Symbol, arguments, offset, and size of each compiled function, by name.
        sources: What it was made of.
        code: All object files, one behind the other.
    """

    path: Path
    listed: dict[str, list[Any]] = field(repr=False)
    sources: Sources = field(repr=False)
    code: bytes = field(repr=False)

    @classmethod
    def read(cls, path: Path) -> "Image":
        """Return what a file holds.

        Raises:
            OSError: If it cannot be read.
            ValueError: If it is damaged: a machine may fail while it is written.
        """
        data = path.read_bytes()
        start = len(_MAGIC) + _HEADER.size
        if len(data) < start or not data.startswith(_MAGIC):
            raise ValueError(f"an image of kernels is required, was {path}")
        digest, length = _HEADER.unpack_from(data, len(_MAGIC))
        body = memoryview(data)[start:]
        if hashlib.sha256(body).digest() != digest:
            raise ValueError(f"an image as it was written is required, was {path}")
        listed, sources = json.loads(bytes(body[:length]))
        return cls(path, listed, sources, bytes(body[length:]))

    def __contains__(self, name: object) -> bool:
        return name in self.listed

    def kernels(self, name: str) -> list[Kernel]:
        """Return the compiled functions of a name; none if it has none."""
        return [
            Kernel(symbol, self.code[offset : offset + size], arguments)
            for symbol, arguments, offset, size in self.listed.get(name, ())
        ]

    @property
    def fits(self) -> bool:
        """Whether it was made of the sources here; those that lack are not run."""
        here = digests(p for p in (ROOT / name for name in self.sources) if p.is_file())
        return here.items() <= self.sources.items()


def write(path: Path, kernels: Kernels, sources: Sources) -> None:
    """Write a file whole or not at all, and remove all but the newest others.

    A file that holds just that is left alone.
    """
    content = _content(kernels, sources)
    if not path.is_file() or path.read_bytes() != content:
        _replace(path, content)
    others = [p for p in path.parent.glob(f"*{SUFFIX}") if p != path]
    others.sort(key=_written, reverse=True)
    for old in others[_KEPT:]:
        old.unlink(missing_ok=True)


def _content(kernels: Kernels, sources: Sources) -> bytes:
    listed: dict[str, list[Any]] = {}
    code = bytearray()
    for name, compiled in sorted(kernels.items()):
        for one in compiled:
            row = [one.symbol, one.arguments, len(code), len(one.code)]
            listed.setdefault(name, []).append(row)
            code += one.code
    directory = json.dumps([listed, sources], sort_keys=True).encode()
    body = directory + code
    return _MAGIC + _HEADER.pack(hashlib.sha256(body).digest(), len(directory)) + body


def _replace(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        new = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            new.chmod(0o644)
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # somebody else removed it
        return 0.0


def find() -> Image | None:
    """Return an image for this machine and the sources here; None if none was made.

    What is damaged or cannot be read fits as little as what is not there.
    """
    for path in sorted(folder().glob(f"{_machine()}-*{SUFFIX}")):
        try:
            image = Image.read(path)
            if image.fits:
                return image
        except (OSError, ValueError):
            continue  # the engine compiles then, and its next baking mends it
    return None


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
    # A name alone leaves the features to be those of the machine, but for generic.
    if told[0] and (told[1] is not None or told[0].lower() == "generic"):
        return repr((platform.machine(), told))
    lines = _PROCESSORS.read_text().splitlines()
    first = lines[: lines.index("")] if "" in lines else lines
    shown = [line for line in first if line.startswith(("model name", "flags"))]
    return repr((platform.machine(), told, shown))
