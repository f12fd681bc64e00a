"""Functions of eight lanes against the library's."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tradestream.indicators.compiled import entry_point
from tradestream.indicators.functions import exp8, floor8
from tradestream.indicators.memory import keep
from tradestream.indicators.simd import load8, store8

eight = st.lists(st.floats(-700, 700), min_size=8, max_size=8)


@entry_point
def exponential(values: np.ndarray, out: np.ndarray) -> None:
    store8(out.ctypes.data, exp8(load8(values.ctypes.data)))
    keep(values)


@entry_point
def rounded_down(values: np.ndarray, out: np.ndarray) -> None:
    store8(out.ctypes.data, floor8(load8(values.ctypes.data)))
    keep(values)


@settings(deadline=None)  # the first call compiles
@given(eight)
def test_exp_is_as_exact_as_the_library(values: list[float]) -> None:
    out = np.empty(8)

    exponential(np.array([*values]), out)

    np.testing.assert_allclose(out, np.exp(values), rtol=5e-16)


def test_exp_of_nothing_is_one() -> None:
    out = np.empty(8)

    exponential(np.zeros(8), out)

    assert np.all(out == 1.0)


@settings(deadline=None)  # the first call compiles
@given(eight)
def test_floor_is_the_library_s(values: list[float]) -> None:
    out = np.empty(8)

    rounded_down(np.array([*values]), out)

    np.testing.assert_array_equal(out, np.floor(values))
