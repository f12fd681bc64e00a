"""What narrow copies of rows say is true of the rows, whatever these are."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tradestream.backtest.columns import aligned
from tradestream.backtest.narrow import (
    BYTES_A_WORD,
    NEVER,
    apart,
    fill_levels,
    narrow_rows,
)
from tradestream.indicators.compiled import entry_point

WORDS, EPSILON = 5, 1e-6
BARS = 64 * WORDS
STRIDE = BARS + BARS // 4 + 8


@entry_point
def _compared(a: int, b: int, word: int, out: np.ndarray) -> None:
    out[0], out[1] = apart(a + BYTES_A_WORD * word, b + BYTES_A_WORD * word)


def _rows(market: np.ndarray, *rows: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Return the memory of rows with narrow copies, and their first good words."""
    levels = np.empty((WORDS, 2))
    fill_levels(market + 1, market - 1, market, EPSILON, levels)
    memory = aligned(len(rows), STRIDE)
    memory[:, :BARS] = rows
    narrow_rows(
        memory.ctypes.data, 8 * STRIDE, len(rows), 8 * BARS, WORDS, levels.ctypes.data
    )
    marks = memory[:, BARS + BARS // 4].copy().view(np.int64)
    return memory, [int(mark) for mark in marks]


@settings(deadline=None)  # the first example compiles
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([0.5, 5.0, 5_000.0]),
    st.sampled_from([0.0, 1e-7, 0.01, 1.0, 1e4]),
    st.integers(0, 130),
)
def test_bars_said_to_be_apart_are(
    seed: int, moves: float, distance: float, cold: int
) -> None:
    draw = np.random.default_rng(seed)
    market = np.rint(1e6 + np.cumsum(draw.normal(0, moves, BARS)))
    one = market + draw.normal(0, 1, BARS) * moves
    two = one + draw.normal(0, 1, BARS) * distance
    two[:cold] = np.nan

    memory, marks = _rows(market, one, two)
    said = np.empty(2, np.uint64)
    for word in range(max(marks), WORDS):
        start = memory.ctypes.data + 8 * BARS
        _compared(start, start + 8 * STRIDE, word, said)
        over, under = (
            np.unpackbits(bits.reshape(1).view(np.uint8), bitorder="little")
            for bits in said
        )
        own = slice(64 * word, 64 * word + 64)
        assert not np.any(over.astype(bool) & ~(one[own] - two[own] > EPSILON))
        assert not np.any(under.astype(bool) & ~(two[own] - one[own] > EPSILON))


def test_a_row_is_good_once_it_is_warm() -> None:
    market = np.rint(1e6 + np.cumsum(np.ones(BARS)))
    late = np.where(np.arange(BARS) < 70, np.nan, market)

    assert _rows(market, market, late)[1] == [0, 2]


def test_a_row_of_another_size_is_never_good() -> None:
    market = np.rint(1e6 + np.cumsum(np.ones(BARS)))

    assert _rows(market, market / 1e4, np.full(BARS, np.nan))[1] == [NEVER, NEVER]


def test_a_row_far_above_the_smallest_difference_says_nothing() -> None:
    market = np.rint(1e6 + np.cumsum(np.ones(BARS)))
    levels = np.empty((WORDS, 2))

    fill_levels(market, market, market, 10.0, levels)

    assert not levels[:, 1].any()
