"""Rules at work: every operation over the whole window, 64 bars a step.

A mask is one bit a bar. Operations are listed in `layout`. All arguments are
addresses or counts.
"""

import numpy as np

from tradestream.backtest.layout import (
    AND,
    CROSS,
    CROSS_LEVEL,
    EDGE,
    GT,
    LT_LEVEL,
    OPERATION_INTS,
    OR,
    SIDES,
    WARM,
    WARM_FROM,
    WITHIN,
)
from tradestream.backtest.narrow import BYTES_A_WORD, apart
from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.memory import get_float, get_int, get_word, set_word
from tradestream.indicators.words import (
    above_below_level,
    above_level,
    above_not_below,
    above_not_below_level,
    below_level,
)

NONE, ONE, TOP, ALL = (np.uint64(x) for x in (0, 1, 63, 0xFFFFFFFFFFFFFFFF))
WORD = 512
"""Bytes of the 64 bars of a row that one word stands for."""


@inlined
def scalar_value(scalars: int, at: int, gene: int, genome: int) -> float:
    """Return constant + factor · gene."""
    constant = get_float(scalars, at)
    if gene >= 0:
        return constant + get_float(scalars, at + 1) * get_float(genome, gene)  # type: ignore[no-any-return]
    return constant  # type: ignore[no-any-return]


@kernel
def write_masks(
    operations: int,
    count: int,
    epsilons: int,
    scalars: int,
    scalar_genes: int,
    genome: int,
    rows: int,
    behind: int,
    masks: int,
    words: int,
) -> None:
    """Run all operations of a program for one genome.

    Args:
        operations: Address of the operations.
        count: How many there are.
        epsilons: Address of the smallest difference that counts in each.
        scalars: Address of constants and factors.
        scalar_genes: Address of their genes.
        genome: Address of the genome.
        rows: Address of the addresses of its rows.
        behind: Bytes from a row to its narrow copy.
        masks: Address of the masks, written.
        words: Words of a mask.
    """
    for i in range(count):
        own = operations + 8 * OPERATION_INTS * i
        code = get_int(own, 0)
        up = masks + 8 * words * get_int(own, 1)
        down = masks + 8 * words * get_int(own, 2)
        a, b, c, d = get_int(own, 3), get_int(own, 4), get_int(own, 5), get_int(own, 6)
        if code >= AND:
            x = masks + 8 * words * a
            if code == WITHIN:
                bars = scalar_value(scalars, 2 * b, get_int(scalar_genes, b), genome)
                _within(x, int(bars), up, words)
            else:
                _combine(code, x, masks + 8 * words * b, up, words)
            continue
        epsilon = get_float(epsilons, i)
        lag = int(scalar_value(scalars, 2 * b, get_int(scalar_genes, b), genome))
        left = get_int(rows, a) - 8 * lag
        if code == GT or code == SIDES or code == CROSS:  # noqa: PLR1714, RUF100, SIM109
            late = int(scalar_value(scalars, 2 * d, get_int(scalar_genes, d), genome))
            right = get_int(rows, c) - 8 * late
            narrow = words
            if lag == 0 and late == 0:  # levels are those of one word
                mark = behind + BYTES_A_WORD * words
                narrow = max(get_int(left + mark, 0), get_int(right + mark, 0))
            _compare_rows(code, left, right, epsilon, up, down, words, narrow, behind)
        elif code == WARM_FROM:
            _warm_from(left, up, words)
        else:
            level = -1e308
            if code != WARM:
                level = scalar_value(scalars, 2 * c, get_int(scalar_genes, c), genome)
            _compare_level(code, left, level, epsilon, up, down, words)


@inlined
def _compare_rows(
    code: int, a: int, b: int, epsilon: float, up: int, down: int, words: int,
    narrow: int, behind: int,
) -> None:  # fmt: skip
    """Compare two rows, from word `narrow` on by their narrow copies first."""
    x, y = a + behind, b + behind
    was_under, was_over = NONE, NONE
    for w in range(words):
        over, under = NONE, NONE
        if w >= narrow:
            over, under = apart(x + BYTES_A_WORD * w, y + BYTES_A_WORD * w)
        not_under, not_over = over, under
        if over | under != ALL:  # too close to say, equal, or cold
            over, not_over, under = above_not_below(a + WORD * w, b + WORD * w, epsilon)
            not_under = (over | not_over) & ~under
        if code == CROSS:
            set_word(up, w, over & ((not_over << ONE) | was_under))
            set_word(down, w, under & ((not_under << ONE) | was_over))
            was_under, was_over = not_over >> TOP, not_under >> TOP
        else:
            set_word(up, w, over)
            if code == SIDES:
                set_word(down, w, under)


@inlined
def _compare_level(
    code: int, a: int, level: float, epsilon: float, up: int, down: int, words: int
) -> None:
    if code == CROSS_LEVEL:
        was_under, was_over = NONE, NONE
        for w in range(words):
            over, under = above_below_level(a + WORD * w, level, epsilon)
            not_under, not_over = over, under
            if over | under != ALL:
                over, not_over, under = above_not_below_level(
                    a + WORD * w, level, epsilon
                )
                not_under = (over | not_over) & ~under
            set_word(up, w, over & ((not_over << ONE) | was_under))
            set_word(down, w, under & ((not_under << ONE) | was_over))
            was_under, was_over = not_over >> TOP, not_under >> TOP
    elif code == LT_LEVEL:
        for w in range(words):
            set_word(up, w, below_level(a + WORD * w, level, epsilon))
    else:  # GT_LEVEL and WARM
        for w in range(words):
            set_word(up, w, above_level(a + WORD * w, level, epsilon))


@inlined
def _warm_from(a: int, up: int, words: int) -> None:
    """Every bar from the first that is not NaN."""
    w = 0
    while w < words and above_level(a + WORD * w, -1e308, 0.0) == NONE:
        set_word(up, w, NONE)
        w += 1
    if w < words:
        set_word(up, w, above_level(a + WORD * w, -1e308, 0.0))
        w += 1
    while w < words:
        set_word(up, w, ALL)
        w += 1


@inlined
def _combine(code: int, x: int, y: int, up: int, words: int) -> None:
    if code == AND:
        for w in range(words):
            set_word(up, w, get_word(x, w) & get_word(y, w))
    elif code == OR:
        for w in range(words):
            set_word(up, w, get_word(x, w) | get_word(y, w))
    elif code == EDGE:  # true now; one bar ago warm and false
        was = NONE
        for w in range(words):
            now = get_word(x, w)
            false = get_word(y, w) & ~now
            set_word(up, w, now & ((false << ONE) | was))
            was = false >> TOP


@inlined
def _within(x: int, bars: int, up: int, words: int) -> None:
    """True in one of the last `bars` bars, at most 64, by doubling."""
    before = NONE
    for w in range(words):
        now = get_word(x, w)
        here, there, have = now, before, 1
        while have < bars:
            shift = np.uint64(min(have, bars - have))
            here |= (here << shift) | (there >> (np.uint64(64) - shift))
            there |= there << shift
            have += min(have, bars - have)
        before = now
        set_word(up, w, here)
