"""Calling compiled functions from Python, as Numba's dispatcher does.

The code takes Python's objects apart by itself but trusts their types, so these are
looked at before.
"""

import ctypes
from typing import Any

import numpy as np

from tradestream.kernels.errors import MachineCodeError
from tradestream.kernels.image import Image, Kernel
from tradestream.kernels.linking import link
from tradestream.kernels.objects import parse
from tradestream.kernels.symbols import address_of

WHOLE, FLOAT = "whole", "float"
_PROTOTYPE = ctypes.PYFUNCTYPE(
    ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p
)


def matches(kind: Any, value: object) -> bool:
    """Return whether an argument is of a kind.

    Args:
        kind: `WHOLE`, `FLOAT`, a list of kinds for a tuple, or of an array
            `{"array": "<f8", "dimensions": 2}`.
        value: The argument. Arrays must be contiguous; that a kernel writes to none
            that is read-only is up to the caller.
    """
    if kind == WHOLE:
        return isinstance(value, int | np.integer)
    if kind == FLOAT:
        return isinstance(value, float | int | np.floating | np.integer)
    if isinstance(kind, list):
        return (
            isinstance(value, tuple)
            and len(value) == len(kind)
            and all(map(matches, kind, value))
        )
    return (
        isinstance(value, np.ndarray)
        and value.dtype.str == kind["array"]
        and value.ndim == kind["dimensions"]
        and bool(value.flags.c_contiguous)
    )


class Baked:
    """A function of an image; its code is linked when it is called first."""

    def __init__(self, image: Image, name: str) -> None:
        self._image, self._name = image, name
        self._linked: list[tuple[list[Any], Any]] | None = None

    def __call__(self, *arguments: object) -> Any:
        """Call the code that was compiled for such arguments.

        Raises:
            MachineCodeError: If none was.
        """
        if self._linked is None:
            self._linked = [
                (one.arguments or [], _PROTOTYPE(linked_address(one)))
                for one in self._image.kernels(self._name)
            ]
        for kinds, function in self._linked:
            if matches(kinds, arguments):
                return function(None, arguments, None)
        given = ", ".join(type(one).__name__ for one in arguments)
        raise MachineCodeError(
            f"{self._name}: arguments that it was compiled for are required, "
            f"was {given}"
        )


class BakedIndicator:
    """An indicator of an image, called by address from other kernels."""

    def __init__(self, image: Image, name: str) -> None:
        found = image.kernels(name)
        if not found:
            raise MachineCodeError(f"a compiled kernel is required, was {name}")
        self.address = linked_address(found[0])


def linked_address(kernel: Kernel) -> int:
    """Link the code of a kernel; return where to call it."""
    return link(parse(kernel.code), address_of)[kernel.symbol]
