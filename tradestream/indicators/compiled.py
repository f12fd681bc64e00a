"""How kernels are compiled, and where the machine code is kept.

Numba looks only at the file of a function to decide whether its cached code is
still good; an edit in a file that it inlines from would go unseen. So the cache
folder is named by a hash of all engine sources: an edit anywhere starts a new
one. Import this module before declaring a kernel.
"""

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])

_FOLDER_NAME = re.compile("[0-9a-f]{16}")
_PACKAGE = Path(__file__).resolve().parents[1]
_KERNELS = (
    "indicators/*.py",
    "backtest/*.py",
    "discovery/evolve.py",
    "discovery/objective.py",
)


def sources_hash() -> str:
    """Return a hash of every source file that kernels are made from."""
    digest = hashlib.sha256(numba.__version__.encode())
    for pattern in _KERNELS:
        for path in sorted(_PACKAGE.glob(pattern)):
            if not path.name.endswith("_test.py"):
                digest.update(f"{path.parent.name}/{path.name}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return the folder for compiled code: below NUMBA_CACHE_DIR, else the user's.

    Falls back to the temporary folder where the user has none to write in.
    """
    base = os.environ.get("NUMBA_CACHE_DIR")
    if base is None:
        home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        base = os.path.join(home, "tradestream", "kernels")
    folder = Path(base) / sources_hash()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    except OSError:
        pass  # a read-only home is normal in a container
    return (
        Path(tempfile.gettempdir()) / f"tradestream-kernels-{os.getuid()}" / folder.name
    )


def forget_old_code(current: Path, *, keep: int = 8) -> None:
    """Remove the folders of old sources beside `current`, but the newest `keep`."""
    old = [p for p in current.parent.iterdir() if _FOLDER_NAME.fullmatch(p.name)]
    old.sort(key=lambda p: (p == current, p.stat().st_mtime), reverse=True)
    for folder in old[keep:]:
        shutil.rmtree(folder, ignore_errors=True)


CACHE_FOLDER = cache_folder()
numba.config.CACHE_DIR = str(CACHE_FOLDER)


def entry_point(function: Function) -> Function:
    """Compile a function that Python calls; cached, without the interpreter lock."""
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
