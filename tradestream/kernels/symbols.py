"""Where machine code finds what it calls: the interpreter, C, helpers of Numba.

The helpers are two small extension modules of Numba's, which are loaded by
themselves: importing the package would bring the compiler.
"""

import builtins
import ctypes
import sys
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import numpy as np

from tradestream.kernels.errors import MachineCodeError

_HELPERS = ("_helperlib", "numba_")
_MEMORY = ("core/runtime/_nrt_python", "NRT_")
_ENVIRONMENT = "_ZN08NumbaEnv"
_placeholder = object()
"""What stands where code keeps constants of Python; ours has none, but looks."""


def address_of(symbol: str) -> int:
    """Return the address of something outside an object file.

    Raises:
        MachineCodeError: If nothing of that name is known.
    """
    if symbol.startswith(_ENVIRONMENT):
        return id(_placeholder)
    if symbol == "_Py_NoneStruct":
        return id(None)
    if symbol.startswith("PyExc_"):
        return id(getattr(builtins, symbol.removeprefix("PyExc_")))
    for path, prefix in (_HELPERS, _MEMORY):
        if symbol.startswith(prefix):
            address = _helpers(path).get(symbol.removeprefix(prefix))
            break
    else:
        address = _of_process(symbol)
    if address is None:
        raise MachineCodeError(f"a known function is required, was {symbol}")
    return address


@cache
def package_folder() -> Path:
    """Return where Numba is installed, without importing it."""
    for entry in sys.path:
        folder = Path(entry) / "numba"
        if (folder / "_version.py").is_file():
            return folder
    raise MachineCodeError("numba must be installed, was not found")


@cache
def _helpers(path: str) -> dict[str, int]:
    np.empty(0)  # they use its C interface
    stem = package_folder() / path
    for suffix in EXTENSION_SUFFIXES:
        file = stem.with_name(stem.name + suffix)
        if file.is_file():
            loader = ExtensionFileLoader(stem.name, str(file))
            spec = spec_from_loader(stem.name, loader)
            assert spec is not None  # noqa: S101  it has a loader
            module = module_from_spec(spec)
            loader.exec_module(module)
            return dict(module.c_helpers)
    raise MachineCodeError(f"an extension module {stem} is required, was not found")


def _of_process(symbol: str) -> int | None:
    for library in (None, "libm.so.6"):
        try:
            function = getattr(ctypes.CDLL(library), symbol)
        except AttributeError:
            continue
        return ctypes.cast(function, ctypes.c_void_p).value
    return None
