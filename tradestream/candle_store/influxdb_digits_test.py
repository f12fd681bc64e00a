"""Numbers as text, many at once, and exact."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.candle_store.influxdb_digits import Bytes, decimal, whole


def texts(column: Bytes) -> list[str]:
    """Return each row as text."""
    return [row.tobytes().decode() for row in column]


@given(
    st.integers(0, 10),
    st.lists(st.integers(0, 2**53 - 1), min_size=1, max_size=20),
)
def test_decimals_are_read_back_as_the_very_same_floats(
    decimals: int, numbers: list[int]
) -> None:
    values = np.array(numbers) / 10.0**decimals

    column = decimal(values)

    if column is not None:  # of a float near 2^53 there may be no exact text
        assert [float(text) for text in texts(column)] == values.tolist()


def test_the_decimals_of_a_market_have_a_text() -> None:
    column = decimal(np.array([0.5, 30_002.64, 7.0]))

    assert column is not None
    assert texts(column) == ["00000.50", "30002.64", "00007.00"]


def test_whole_numbers_have_no_point() -> None:
    column = decimal(np.array([3.0, 12_345_678.0]))

    assert column is not None
    assert texts(column) == ["00000003", "12345678"]


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-11, 2.0**60, 123_456_789.12345678])
def test_a_number_without_a_short_text_has_none(value: float) -> None:
    assert decimal(np.array([1.0, value])) is None


def test_whole_numbers_are_padded_to_their_width() -> None:
    numbers = np.array([0, 9, 1_700_000_040])

    assert texts(whole(numbers, 10)) == ["0000000000", "0000000009", "1700000040"]
    assert texts(whole(numbers[:2], 1)) == ["0", "9"]
