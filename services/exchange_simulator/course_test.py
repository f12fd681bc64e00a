"""The four trades that a bar is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.exchange_simulator.course import happened, prices_of, sizes_of


@given(st.lists(st.integers(1, 1000), min_size=4, max_size=4))
def test_trades_open_reach_both_extremes_and_close(values: list[int]) -> None:
    low, first, second, high = sorted(values)
    for opened, closed in ((first, second), (second, first)):
        prices = prices_of(opened, high, low, closed)

        assert (prices[0], max(prices), min(prices), prices[-1]) == (
            opened,
            high,
            low,
            closed,
        )


@given(st.integers(1, 10**9))
def test_sizes_add_up_to_the_volume(lots: int) -> None:
    volume = lots / 10**4

    assert sum(sizes_of(volume, 4)) == pytest.approx(volume, abs=1e-9)


@pytest.mark.parametrize(("passed", "count"), [(0.0, 1), (0.3, 2), (0.9, 3), (1.0, 4)])
def test_trades_happen_one_after_the_other(passed: float, count: int) -> None:
    assert happened(passed) == count
