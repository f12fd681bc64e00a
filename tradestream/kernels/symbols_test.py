import ctypes
from importlib.metadata import version

import pytest

from tradestream.kernels.errors import MachineCodeError
from tradestream.kernels.image import numba_version
from tradestream.kernels.symbols import address_of


def test_objects_of_the_interpreter_are_known() -> None:
    assert address_of("_Py_NoneStruct") == id(None)
    assert address_of("PyExc_ValueError") == id(ValueError)


def test_functions_of_c_and_of_the_interpreter_are_known() -> None:
    unary = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)
    length = ctypes.PYFUNCTYPE(ctypes.c_ssize_t, ctypes.py_object)

    assert unary(address_of("log2"))(8.0) == 3.0
    assert length(address_of("PyTuple_Size"))((1, 2)) == 2


def test_helpers_of_numba_are_known_and_work() -> None:
    allocate = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_size_t)
    free = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

    place = allocate(address_of("NRT_Allocate"))(64)
    assert place
    free(address_of("NRT_Free"))(place)
    assert address_of("numba_unpickle") != address_of("numba_do_raise")


def test_environments_are_one_object_that_is_nobody_else() -> None:
    first, second = address_of("_ZN08NumbaEnv1a"), address_of("_ZN08NumbaEnv1b")

    assert first == second
    assert first not in (0, id(None))


@pytest.mark.parametrize(
    "name", ["numba_surely_not", "NRT_surely_not", "surely_not_a_function"]
)
def test_what_is_not_known_is_refused_by_name(name: str) -> None:
    with pytest.raises(MachineCodeError, match=f"known function .* was {name}"):
        address_of(name)


def test_the_version_is_that_of_the_package() -> None:
    assert numba_version() == version("numba")
