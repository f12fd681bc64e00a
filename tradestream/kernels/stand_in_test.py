import pickle
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tradestream.kernels.call import Baked
from tradestream.kernels.errors import MachineCodeError
from tradestream.kernels.image import Image
from tradestream.kernels.stand_in import install

pytestmark = pytest.mark.usefixtures("without_compiler")

EMPTY = Image(Path("none"), {}, {}, b"")
COMPILER = ("numba", "llvmlite", "tradestream.indicators.compiled")


@pytest.fixture
def without_compiler() -> Iterator[None]:
    """Let the process be as if the compiler had never been imported."""
    before = dict(sys.modules)
    for name in before:
        if name.startswith(COMPILER):
            del sys.modules[name]
    yield
    sys.modules.clear()
    sys.modules.update(before)


def function() -> None:
    """Be a function of a module."""


def test_a_process_with_the_compiler_is_refused() -> None:
    install(EMPTY)

    with pytest.raises(RuntimeError, match="without a compiler is required"):
        install(EMPTY)


def test_entry_points_are_baked_and_what_they_call_is_left() -> None:
    install(EMPTY)
    compiled = import_module("tradestream.indicators.compiled")

    assert isinstance(compiled.entry_point(function), Baked)
    assert compiled.kernel(len) is len
    assert compiled.inlined(len) is len


def test_an_indicator_that_was_not_baked_is_refused() -> None:
    install(EMPTY)

    with pytest.raises(MachineCodeError, match=r"compiled kernel is required, was .*:"):
        import_module("numba").cfunc("void()", cache=True)(function)


def test_what_a_module_declares_with_the_compiler_becomes_nothing() -> None:
    install(EMPTY)
    numba, templates = (
        import_module(name) for name in ("numba", "numba.core.typing.templates")
    )

    class Typed(templates.AbstractTemplate):  # type: ignore[name-defined,misc]  # no stubs
        """Derived from nothing."""

    assert Typed(1, two=2)
    assert numba.types.int64(numba.types.float64) is not None
    with pytest.raises(ModuleNotFoundError):
        import_module("numba.typed")


def test_what_is_pickled_in_code_is_one_object_for_good() -> None:
    install(EMPTY)
    unpickle = import_module("numba.core.serialize")._numba_unpickle
    wanted = (ValueError, ("a text",), None)

    first = unpickle(1 << 50, pickle.dumps(wanted), b"")

    assert first == wanted
    assert unpickle(1 << 50, pickle.dumps(wanted), b"") is first
