"""Moving sums and extremes against plain loops."""

import numba
import numpy as np
import pytest

from tradestream.candles import Floats
from tradestream.indicators.windows import rolling_maximum, warm_from, window_sum


@numba.njit
def sums(values: Floats, first: int, period: int) -> Floats:
    out, a, b = np.empty_like(values), np.empty_like(values), np.empty_like(values)
    window_sum(values, first, period, out, a, b)
    return out


@numba.njit
def extremes(values: Floats, first: int, period: int, sign: float) -> Floats:
    a, b = np.empty_like(values), np.empty_like(values)
    return rolling_maximum(values, first, period, sign, a, b).copy()


@numba.njit
def warm(values: Floats) -> int:
    return warm_from(values)


def whole_numbers(bars: int, first: int) -> Floats:
    values = np.random.default_rng(bars).integers(-99, 99, bars).astype(np.float64)
    values[:first] = np.nan
    return values


each_length = pytest.mark.parametrize("bars", [1, 7, 8, 9, 31, 64, 100])
each_start = pytest.mark.parametrize("first", [0, 1, 5, 30])


@each_length
@each_start
def test_sums_are_those_of_each_window(bars: int, first: int) -> None:
    first = min(first, bars)
    values = whole_numbers(bars, first)

    assert warm(values) == first
    for period in (*range(1, 20), 31, 50, 64, 101):
        ours = sums(values, first, period)

        for t in range(bars):
            if t < first + period - 1:
                assert np.isnan(ours[t])
            else:
                assert ours[t] == np.sum(values[t - period + 1 : t + 1])


@each_length
@each_start
def test_extremes_are_those_of_each_window(bars: int, first: int) -> None:
    first = min(first, bars)
    values = whole_numbers(bars, first)

    for period in (*range(1, 20), 31, 50, 64, 101):
        highest = extremes(values, first, period, 1.0)
        lowest = -extremes(values, first, period, -1.0)

        for t in range(first + period - 1, bars):
            assert highest[t] == np.max(values[t - period + 1 : t + 1])
            assert lowest[t] == np.min(values[t - period + 1 : t + 1])


def test_a_sum_depends_on_its_window_alone() -> None:
    values = np.random.default_rng(1).normal(size=300)
    other = values.copy()
    other[:100] *= 1e12

    for period in range(1, 60):
        before = sums(values, 0, period)[100 + period - 1 :]

        assert before.tobytes() == sums(other, 0, period)[100 + period - 1 :].tobytes()
        alone = sums(values[100:], 0, period)[period - 1 :]
        assert before.tobytes() == alone.tobytes()
