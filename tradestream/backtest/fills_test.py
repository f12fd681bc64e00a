"""The position as a carry of an addition, against a loop over bars."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tradestream.backtest.fills import FILL_INTS, MOST_FILLS, find_fills
from tradestream.indicators.compiled import entry_point


@entry_point
def _all_fills(
    enter: np.ndarray, leave: np.ndarray, bars: int, found: np.ndarray
) -> int:
    """Write the fills of a window into `found`, a list at a time."""
    fills = np.empty(FILL_INTS, np.int64)
    word, held, done = 0, 0, 0
    words = enter.shape[0]
    while word < words:
        word, held, count = find_fills(
            enter.ctypes.data, leave.ctypes.data, words, bars, word, held,
            fills.ctypes.data, 0,
        )  # fmt: skip
        for i in range(count):
            found[done + i] = fills[i]
        done += count
    enter[0] |= np.uint64(0)  # addresses must not outlive their arrays
    leave[0] |= np.uint64(0)
    return done


def _by_loop(enter: list[bool], leave: list[bool]) -> list[int]:
    held, found = False, []
    for t in range(len(enter) - 1):
        if leave[t] if held else enter[t]:
            held = not held
            found.append(t + 1)
    return found


def _found(enter: list[bool], leave: list[bool]) -> list[int]:
    words = (len(enter) + 63) // 64
    packed = [
        np.packbits(np.resize(mask, 64 * words), bitorder="little").view(np.uint64)
        for mask in (enter, leave)
    ]
    found = np.empty(len(enter) + 64, np.int64)
    count = _all_fills(packed[0], packed[1], len(enter), found)
    return [int(bar) for bar in found[:count]]


@settings(deadline=None)  # the first example compiles
@given(
    st.integers(3, 300),
    st.floats(0, 1),
    st.floats(0, 1),
    st.integers(0, 2**32 - 1),
)
def test_fills_are_those_of_a_loop_over_bars(
    bars: int, entering: float, leaving: float, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    enter = [bool(x) for x in draw.random(bars) < entering]
    leave = [bool(x) for x in draw.random(bars) < leaving]

    assert _found(enter, leave) == _by_loop(enter, leave)


def test_more_fills_than_a_list_holds_come_in_several() -> None:
    bars = 3 * MOST_FILLS + 17
    enter = [t % 2 == 0 for t in range(bars)]
    leave = [t % 2 == 1 for t in range(bars)]

    assert _found(enter, leave) == _by_loop(enter, leave)
