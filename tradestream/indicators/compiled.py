"""How kernels are compiled, and where the machine code is kept.

Numba looks only at the file of a function to decide whether its cached code is
still good; an edit in a file that it inlines from would go unseen. So the cache
folder of a kernel is named by a hash of its module and of every module of the
platform that it imports, directly or not: an edit starts new folders for what
it can change, and for nothing else.
"""

import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core.caching import UserProvidedCacheLocator

Function = TypeVar("Function", bound=Callable[..., Any])

_FOLDER_NAME = re.compile("[0-9a-f]{16}")
_ROOT = Path(__file__).resolve().parents[2]
_IMPORT = re.compile(
    r"^(?:from (tradestream[\w.]*) import (\([^)]*\)|[^\n]*)"
    r"|import (tradestream[\w.]*))",
    re.MULTILINE,
)


@cache
def _imported(path: Path) -> tuple[Path, ...]:
    """Return the platform's source files that a file imports."""
    found = []
    for package, names, module in _IMPORT.findall(path.read_text()):
        parts = [package or module]
        parts += [f"{package}.{name}" for name in re.findall(r"\w+", names)]
        files = (_ROOT / (part.replace(".", "/") + ".py") for part in parts)
        found += [file for file in files if file.is_file()]
    return tuple(found)


def sources_of(path: Path) -> tuple[Path, ...]:
    """Return a source file and all of the platform's that it stands on, sorted."""
    known: set[Path] = set()
    waiting = [path]
    while waiting:
        one = waiting.pop()
        if one not in known:
            known.add(one)
            waiting += _imported(one)
    return tuple(sorted(known))


@cache
def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


@cache
def sources_hash(path: Path) -> str:
    """Return a hash of all sources that a file stands on."""
    digest = hashlib.sha256(numba.__version__.encode())
    for source in sources_of(path):
        digest.update(_digest(source))
    return digest.hexdigest()[:16]


@cache
def cache_base() -> Path:
    """Return where compiled code is: NUMBA_CACHE_DIR, else a folder of the user's.

    Falls back to the temporary folder where the user has none to write in; what an
    image brings, on a root filesystem that is read-only, is copied there.
    """
    named = os.environ.get("NUMBA_CACHE_DIR")
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    base = Path(named) if named else Path(home) / "tradestream" / "kernels"
    try:
        base.mkdir(parents=True, exist_ok=True)
        if os.access(base, os.W_OK):
            return base
    except OSError:
        pass  # a read-only home is normal in a container
    temporary = Path(tempfile.gettempdir()) / f"tradestream-kernels-{os.getuid()}"
    copy_baked(base, temporary)
    return temporary


def copy_baked(baked: Path, writable: Path) -> None:
    """Copy compiled code once, whole or not at all: Numba must be able to write."""
    if writable.exists() or not baked.is_dir():
        return
    new = Path(tempfile.mkdtemp(dir=writable.parent))
    shutil.copytree(baked, new, dirs_exist_ok=True)
    try:
        new.rename(writable)
    except OSError:  # another process was faster
        shutil.rmtree(new)


class ByContent(UserProvidedCacheLocator):  # type: ignore[misc]
    """Keeps code where its sources say, wherever the checkout is.

    A clone, a sandbox, and an image find what was compiled elsewhere.
    """

    @classmethod
    def get_suitable_cache_subpath(cls, py_file: str) -> str:
        """Return the folder within that of the sources."""
        return Path(py_file).parent.name


numba.config.CACHE_LOCATOR_CLASSES = f"{__name__}.ByContent"

_used: set[str] = set()


def use_cache_of(function: Callable[..., Any]) -> None:
    """Let what is compiled next be kept for the sources of `function`."""
    module = sys.modules[function.__module__]
    name = sources_hash(Path(str(module.__file__)).resolve())
    _used.add(name)
    folder = cache_base() / name
    folder.mkdir(parents=True, exist_ok=True)
    numba.config.CACHE_DIR = str(folder)


def forget_old_code(
    base: Path, used: Collection[str] | None = None, *, keep: int = 200
) -> None:
    """Remove the folders of old sources but the newest, never one of `used`."""
    kept = _used if used is None else used
    old = [p for p in base.iterdir() if _FOLDER_NAME.fullmatch(p.name)]
    old = [p for p in old if p.name not in kept]
    old.sort(key=lambda p: p.stat().st_mtime, reverse=True)
    for folder in old[keep:]:
        shutil.rmtree(folder, ignore_errors=True)


def entry_point(function: Function) -> Function:
    """Compile a function that Python calls; cached, without the interpreter lock."""
    use_cache_of(function)
    compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast(Function, compiled)


def kernel(function: Function) -> Function:
    """Compile a function that only other kernels call.

    Division by zero gives inf or NaN: an exception inside a row that is called
    by address would be lost.
    """
    compiled = numba.njit(
        nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
    )(function)
    return cast(Function, compiled)


def inlined(function: Function) -> Function:
    """Compile a small function into each of its callers."""
    compiled = numba.njit(inline="always", error_model="numpy")(function)
    return cast(Function, compiled)
