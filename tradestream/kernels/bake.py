"""Taking the machine code of all kernels out of Numba's cache, into one file."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from numba import types
from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher
from numba.core.registry import cpu_target

from tradestream.indicators.compiled import sources_of, use_cache_of
from tradestream.indicators.library import INDICATORS
from tradestream.kernels.call import FLOAT, WHOLE, class_of, linked_address
from tradestream.kernels.errors import MachineCodeError
from tradestream.kernels.image import (
    Kernel,
    Kernels,
    digests,
    folder,
    name_of,
    path_for,
    write,
)


def bake(into: Path | None = None) -> Path:
    """Write the image of all kernels, which are in the cache; return where it is.

    Args:
        into: A folder; by default the one that rooms look into.

    Raises:
        MachineCodeError: As `collect` does.
        OSError: If it cannot be written.
    """
    kernels = collect()
    modules = {sys.modules[name.partition(":")[0]] for name in kernels}
    files = {Path(str(module.__file__)).resolve() for module in modules}
    sources = digests({one for file in files for one in sources_of(file)})
    path = path_for(sources, into or folder())
    write(path, kernels, sources)
    return path


def collect() -> Kernels:
    """Return what is in the cache of the kernels of all modules imported so far.

    Everything is linked once, so that what cannot be is not found out later.

    Raises:
        MachineCodeError: If machine code is of a kind that cannot be linked, as on
            processors other than x86-64, needs more than itself, or could be taken
            for another's, or if an indicator is not compiled.
    """
    kernels = {name_of(f.__module__, f.__qualname__): _entries(f) for f in _functions()}
    for declared in INDICATORS.values():
        function = declared.kernel
        name = name_of(function.__module__, function.__qualname__)
        kernels[name] = [
            Kernel(description.llvm_cfunc_wrapper_name, code)
            for _, description, code in _cached(function)
        ]
        if not kernels[name]:
            raise MachineCodeError(f"a compiled indicator is required, was {name}")
    for compiled in kernels.values():
        for one in compiled:
            linked_address(one)
    return kernels


def _functions() -> Iterator[Callable[..., Any]]:
    """Yield what `entry_point` decorated."""
    loaded = [m for n, m in sys.modules.items() if n.startswith("tradestream.")]
    for module in loaded:
        for value in vars(module).values():
            if (
                isinstance(value, Dispatcher)
                and isinstance(getattr(value, "_cache", None), FunctionCache)
                and value.py_func.__module__ == module.__name__
            ):
                yield value.py_func


def _entries(function: Callable[..., Any]) -> list[Kernel]:
    found: list[Kernel] = []
    for arguments, description, code in _cached(function):
        kinds = [_kind(one) for one in arguments]
        # What was compiled for a constant is called by other kernels alone.
        if None in kinds:
            continue
        if any(one.arguments == kinds for one in found):
            raise MachineCodeError(
                f"one function for each kind of arguments is required, "
                f"{function.__qualname__} had two for {kinds}"
            )
        found.append(Kernel(description.llvm_cpython_wrapper_name, code, kinds))
    return found


def _cached(function: Callable[..., Any]) -> Iterator[tuple[Any, Any, bytes]]:
    """Yield signature, description, and object code of what is in the cache.

    Raises:
        MachineCodeError: If code wants more than itself: constants that are objects
            of Python, or calls that prepare it.
    """
    use_cache_of(function)
    files = FunctionCache(function)._cache_file
    here = cpu_target.target_context.codegen().magic_tuple()
    for (signature, processor, _), file in files._load_index().items():
        if processor == here:
            library, description, environment, *_, prepared, further = files._load_data(
                file
            )
            constants = [one.consts for one in (environment, *further) if one.consts]
            if constants or prepared:
                raise MachineCodeError(
                    f"code without objects of Python is required, "
                    f"{function.__qualname__} has {constants or prepared}"
                )
            (_, _, (code, _)) = library
            yield signature, description, code


def _kind(numba_type: Any) -> Any:
    """Return what `call.matches` knows a type as; None if it does not."""
    if isinstance(numba_type, types.BaseTuple):
        kinds = [_kind(one) for one in numba_type]
        return None if None in kinds else {"tuple": kinds, "of": _named(numba_type)}
    if isinstance(numba_type, types.Array) and numba_type.layout == "C":
        dtype = _DTYPES.get(numba_type.dtype)
        return dtype and {
            "array": dtype,
            "dimensions": numba_type.ndim,
            "written": bool(numba_type.mutable),
            "aligned": bool(numba_type.aligned),
        }
    # The types themselves: a literal is also one, but of its own.
    return _NUMBERS.get(numba_type)


def _named(numba_type: Any) -> str | None:
    """Return the class of a named tuple; None if it is a plain one."""
    if not isinstance(numba_type, types.BaseNamedTuple):
        return None
    return class_of(numba_type.instance_class)


_NUMBERS = {types.int64: WHOLE, types.float64: FLOAT}
_DTYPES = {
    types.float64: "<f8",
    types.int64: "<i8",
    types.uint64: "<u8",
    types.int32: "<i4",
}
