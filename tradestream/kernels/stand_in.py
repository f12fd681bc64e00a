"""Numba and llvmlite without a compiler: what they decorate is taken from an image.

Kernels are Python modules that import both and decorate functions. With these in the
place of the two, such a module can be imported for what else it declares, and its
entry points call machine code that was compiled before. The real ones would hold
some 100 MiB, and take half a second to import.
"""

import pickle
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tradestream.kernels.call import Baked, BakedIndicator
from tradestream.kernels.errors import MachineCodeError
from tradestream.kernels.image import Image, name_of

_COMPILER = (
    "numba",
    "numba.core",
    "numba.core.typing",
    "numba.core.typing.templates",
    "numba.extending",
    "llvmlite",
    "llvmlite.ir",
)
_COMPILED = "tradestream.indicators.compiled"

Function = Callable[..., Any]


class _Nothing:
    """Stands for a type, a decorator, or a piece of code that nothing is made of."""

    def __getattr__(self, name: str) -> "_Nothing":
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *arguments: object, **named: object) -> "_Nothing":
        del arguments, named
        return self

    def __mro_entries__(self, bases: object) -> tuple[type, ...]:
        del bases
        return (_Anything,)


class _Anything:
    """What is derived from nothing: takes any arguments."""

    def __init__(self, *arguments: object, **named: object) -> None:
        del arguments, named


class _Empty(ModuleType):
    """A module in which every name is nothing."""

    __path__: list[str] = []  # noqa: RUF012  as packages have it

    def __getattr__(self, name: str) -> _Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing()


def install(image: Image) -> None:
    """Let kernels that are imported from now on be those of an image.

    Raises:
        RuntimeError: If the compiler is imported already.
    """
    if not {"numba", "llvmlite", _COMPILED}.isdisjoint(sys.modules):
        raise RuntimeError("a process without a compiler is required")
    modules: dict[str, Any] = {name: _Empty(name) for name in _COMPILER}
    modules["numba"].cfunc = _cfunc(image)
    # The helpers of compiled code import it when an exception is raised.
    serialize = modules["numba.core.serialize"] = ModuleType("numba.core.serialize")
    vars(serialize).update(
        _numba_unpickle=_unpickled, runtime_build_excinfo_struct=_told_at_work
    )
    compiled = modules[_COMPILED] = ModuleType(_COMPILED)
    vars(compiled).update(
        entry_point=lambda function: Baked(image, _known_as(function)),
        kernel=_unchanged,
        inlined=_unchanged,
        use_cache_of=_unchanged,
    )
    sys.modules.update(modules)


def _cfunc(image: Image) -> Function:
    def cfunc(*_: object, **_options: object) -> Callable[[Function], BakedIndicator]:
        return lambda function: BakedIndicator(image, _known_as(function))

    return cfunc


def _unpickled(address: int, pickled: bytes, digest: bytes) -> object:
    """Return what code keeps pickled: exceptions that it may raise.

    Code borrows what it is given, so it must be the same each time.
    """
    del digest
    if address not in _kept:
        # It comes from an image, like the code itself.
        _kept[address] = pickle.loads(pickled)  # noqa: S301
    return _kept[address]


_kept: dict[int, object] = {}


def _told_at_work(*_: object) -> None:
    """Stand for what builds exceptions with arguments, which takes the compiler."""
    raise MachineCodeError("an exception with a constant text is required, was another")


def _known_as(function: Function) -> str:
    return name_of(function.__module__, function.__qualname__)


def _unchanged(function: Function) -> Function:
    """Only other kernels call it, whose code has it."""
    return function
