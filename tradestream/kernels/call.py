"""Calling compiled functions from Python, as Numba's dispatcher does.

The code takes Python's objects apart by itself but trusts their types, so these are
looked at before.
"""

import ctypes
from typing import Any

import numpy as np

from tradestream.kernels.errors import MachineCodeError
from tradestream.kernels.image import Image, Kernel, name_of
from tradestream.kernels.linking import link
from tradestream.kernels.objects import parse
from tradestream.kernels.symbols import address_of

WHOLE, FLOAT = "whole", "float"
_PROTOTYPE = ctypes.PYFUNCTYPE(
    ctypes.py_object, ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p
)


def matches(kind: Any, value: object) -> bool:
    """Return whether an argument is of a kind, as strictly as Numba has it.

    Args:
        kind: `WHOLE`, `FLOAT`, of a tuple `{"tuple": [kinds], "of": class or None}`,
            or of an array `{"array": "<f8", "dimensions": 2, "written": True,
            "aligned": True}`: whether the code may write to it, and takes it to be
            aligned.
        value: The argument. Arrays must be contiguous. Whole numbers are taken for
            fractional ones, truth values for no number.
    """
    if kind == WHOLE:
        return isinstance(value, int | np.integer) and not isinstance(value, bool)
    if kind == FLOAT:
        numbers = float | int | np.floating | np.integer
        return isinstance(value, numbers) and not isinstance(value, bool)
    if "tuple" in kind:
        return (
            isinstance(value, tuple)
            and len(value) == len(kind["tuple"])
            and class_of(type(value)) == kind["of"]
            and all(map(matches, kind["tuple"], value))
        )
    return (
        isinstance(value, np.ndarray)
        and value.dtype.str == kind["array"]
        and value.ndim == kind["dimensions"]
        and bool(value.flags.c_contiguous)
        and (bool(value.flags.writeable) or not kind["written"])
        and (bool(value.flags.aligned) or not kind["aligned"])
    )


def class_of(kind: type) -> str | None:
    """Return what a class of named tuples is known by; None of any other."""
    named = hasattr(kind, "_fields")
    return name_of(kind.__module__, kind.__qualname__) if named else None


class Baked:
    """A function of an image; its code is linked when it is called first."""

    def __init__(self, image: Image, name: str) -> None:
        self._image, self._name = image, name
        self._linked: list[tuple[list[Any], Any]] | None = None

    def __call__(self, *arguments: object) -> Any:
        """Call the code that was compiled for such arguments.

        Raises:
            MachineCodeError: If none was.
            Exception: What the code raises.
        """
        if self._linked is None:
            self._linked = [
                (one.arguments or [], _PROTOTYPE(linked_address(one)))
                for one in self._image.kernels(self._name)
            ]
        for kinds, function in self._linked:
            if len(kinds) == len(arguments) and all(map(matches, kinds, arguments)):
                return function(None, arguments, None)
        if not self._linked:
            raise MachineCodeError(
                f"a function that was baked is required, was {self._name}"
            )
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
