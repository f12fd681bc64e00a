"""From two masks to the bars at which orders are filled, alternately in and out.

The position is a flip-flop, set by one mask and reset by the other. A chain of
those is what an adder's carry is: one addition finds the position at 64 bars.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import int64, uint64
from numba.core import cgutils

from tradestream.backtest.masks import NONE, ONE, TOP
from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.machine import INT64, machine_function
from tradestream.indicators.memory import get_word, set_int, trailing_zeros

MOST_FILLS = 1_024
"""Fills found at a time, so that they stay in the first cache."""

_ROUND = 4
FILL_INTS = MOST_FILLS + 64 + _ROUND
"""Length of a list of fills: it is stopped after the word that fills it."""


def _count_ones(_context: Any, builder: Any, word: Any) -> Any:
    declared = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(INT64, [INT64]), "llvm.ctpop.i64"
    )
    return builder.call(declared, [word])


count_ones = machine_function("count_ones", (uint64,), int64, _count_ones)


@kernel
def find_fills(
    enter: int, leave: int, words: int, bars: int, first: int, held: int,
    fills: int, count: int,
) -> tuple[int, int, int]:  # fmt: skip
    """Note at which bars orders are filled, one bar after their signals.

    Args:
        enter: Address of the mask that says when to enter.
        leave: Address of the mask that says when to exit.
        words: Words of a mask.
        bars: Bars of the window; signals at the last one come too late.
        first: First word to look at.
        held: Whether there is a position before it, 0 or 1.
        fills: Address of FILL_INTS whole numbers, written.
        count: How many of them are there already.

    Returns:
        The word to go on with, the position before it, and how many fills
        there are now.
    """
    carry = np.uint64(held)
    w = first
    while w < words and count < MOST_FILLS:
        e, x = get_word(enter, w), get_word(leave, w)
        if w == words - 1:
            before_last = (ONE << np.uint64((bars - 1) & 63)) - ONE
            e &= before_last
            x &= before_last
        if e & x == NONE:
            go_on = ~x
            total = go_on + e + carry
            before = total ^ go_on ^ e
            carry = ((go_on & e) | ((go_on | e) & ~total)) >> TOP
            toggles = (e & ~before) | (x & before)
        else:
            toggles, carry = _one_by_one(e, x, carry)
        _note(toggles, (w << 6) + 1, fills + 8 * count)
        count += count_ones(toggles)
        w += 1
    return w, int(carry), count


@inlined
def _note(toggles: np.uint64, base: int, fills: int) -> None:
    """Write `base` + the place of every bit; up to four more numbers are written."""
    at = 0
    while True:
        # Whatever the word holds, so that nothing has to be predicted.
        for k in range(_ROUND):
            set_int(fills, at + k, base + trailing_zeros(toggles))
            toggles &= toggles - ONE
        at += _ROUND
        if toggles == NONE:
            return


@kernel
def _one_by_one(
    e: np.uint64, x: np.uint64, held: np.uint64
) -> tuple[np.uint64, np.uint64]:
    """Return where the position changes in a word in which masks meet, and its end."""
    toggles = NONE
    waiting = e | x
    while waiting != NONE:
        bit = waiting & (~waiting + ONE)
        waiting ^= bit
        if (x if held else e) & bit != NONE:
            toggles |= bit
            held ^= ONE
    return toggles, held
