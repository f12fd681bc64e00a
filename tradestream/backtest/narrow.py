"""Price rows a second time as 16-bit whole numbers, compared four times as fast.

For each 64 bars the market alone fixes a level and a step; a narrow row holds how
many steps each bar is above the level, rounded, and no further than 16 bits go.
Where two rows are two steps or more apart, so are what they were rounded from by at
least one: far more than the smallest difference that counts. Where they are closer,
nothing is known, and the 64 bars are compared in full. So the masks are the same bits
as without, whatever the rows.

A narrow row stands behind its row; after it comes the first word it is good from.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import float64, int64, types, uint64
from numba.core import cgutils

from tradestream.candles import Floats
from tradestream.indicators.compiled import entry_point, kernel
from tradestream.indicators.machine import DOUBLE, INT32, INT64, machine_function
from tradestream.indicators.machine import pointer as _pointer
from tradestream.indicators.machine import spread as _spread
from tradestream.indicators.memory import get_float, set_int
from tradestream.indicators.words import above_level

BYTES_A_WORD = 128
"""Bytes of 64 bars of a narrow row."""
MARK_BYTES = 64
"""Room behind a narrow row for the number of its first good word."""

NEVER = 1 << 40
_STEPS = 32_000.0
_REACH = 3
"""Words before a word whose prices an average may still be near to."""
_LEAST_STEP = 8.0
"""Smallest step, in smallest differences that count."""
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)

_BARS = 64
_DOUBLES, _INT32S, _INT16S = (
    ir.VectorType(kind, _BARS) for kind in (DOUBLE, INT32, ir.IntType(16))
)


def _write(context: Any, builder: Any, row: Any, level: Any, per: Any, out: Any) -> Any:
    """Write 64 bars: (x − level) · per, rounded, within 16 bits."""
    x = builder.load(_pointer(builder, row, _DOUBLES), align=8)
    steps = builder.fmul(
        builder.fsub(x, _spread(builder, level, _DOUBLES)),
        _spread(builder, per, _DOUBLES),
    )
    for sign, end in (("<", 32_767.0), (">", -32_767.0)):  # NaN becomes an end too
        limit = _spread(builder, ir.Constant(DOUBLE, end), _DOUBLES)
        inside = builder.fcmp_ordered(sign, steps, limit)
        steps = builder.select(inside, steps, limit)
    rounded = builder.call(
        cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_DOUBLES, [_DOUBLES]), "llvm.rint.v64f64"
        ),
        [steps],
    )
    small = builder.trunc(builder.fptosi(rounded, _INT32S), _INT16S)
    builder.store(small, _pointer(builder, out, _INT16S), align=8)
    return context.get_dummy_value()


def _apart(context: Any, builder: Any, a: Any, b: Any) -> Any:
    """Return in which bars a is certainly above b, and in which below."""
    x, y = (builder.load(_pointer(builder, p, _INT16S), align=8) for p in (a, b))
    difference = builder.call(
        cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(_INT16S, [_INT16S] * 2),
            "llvm.ssub.sat.v64i16",
        ),
        [x, y],
    )
    words = [
        builder.bitcast(
            builder.icmp_signed(sign, difference, ir.Constant(_INT16S, [end] * _BARS)),
            INT64,
        )
        for sign, end in ((">", 1), ("<", -1))
    ]
    return context.make_tuple(builder, types.UniTuple(uint64, 2), words)


_write_word = machine_function(
    "_write_word", (int64, float64, float64, int64), types.void, _write
)
apart = machine_function("apart", (int64, int64), types.UniTuple(uint64, 2), _apart)


@entry_point
def fill_levels(
    highs: Floats, lows: Floats, closes: Floats, epsilon: float, levels: Floats
) -> None:
    """Write level and steps a tick of each word.

    Args:
        highs: Shape (n,), in ticks.
        lows: Shape (n,), in ticks.
        closes: Shape (n,), in ticks.
        epsilon: Smallest difference that counts, in ticks.
        levels: Shape (words, 2), written; nil steps where they would be too small.
    """
    bars = closes.shape[0]
    for w in range(levels.shape[0]):
        level = closes[_BARS * w]
        reach = 1.0
        first, stop = max(0, _BARS * (w - _REACH)), min(bars, _BARS * (w + 1))
        for t in range(first, stop):
            reach = max(reach, max(highs[t] - level, level - lows[t]))
        steps = _STEPS / reach
        levels[w, 0] = level
        levels[w, 1] = steps if steps * epsilon * _LEAST_STEP < 1.0 else 0.0


@kernel
def narrow_row(row: int, behind: int, words: int, levels: int) -> None:
    """Write the narrow copy of a row that has no hole once it is warm.

    Args:
        row: Address of bar 0 of the row.
        behind: Bytes from there to the narrow copy.
        words: Words of a mask.
        levels: Address of what `fill_levels` wrote.
    """
    out = row + behind
    first = 0
    while (
        first < words - 1 and above_level(row + 8 * _BARS * first, -1e308, 0.0) != _ALL
    ):
        first += 1
    for w in range(first, words):
        level, per = get_float(levels, 2 * w), get_float(levels, 2 * w + 1)
        _write_word(row + 8 * _BARS * w, level, per, out + BYTES_A_WORD * w)
    # A row of another size, such as a range, is at one end throughout.
    far = get_float(row, _BARS * (words - 1)) - get_float(levels, 2 * (words - 1))
    useless = not abs(far) * get_float(levels, 2 * words - 1) < _STEPS
    set_int(out + BYTES_A_WORD * words, 0, NEVER if useless else first)


@entry_point
def narrow_rows(
    first: int, stride: int, rows: int, behind: int, words: int, levels: int
) -> None:
    """Write the narrow copies of neighbouring rows, the first at address `first`."""
    for k in range(rows):
        narrow_row(first + stride * k, behind, words, levels)


@entry_point
def forget_rows(first: int, stride: int, rows: int, behind: int, words: int) -> None:
    """Say of neighbouring rows that they have no narrow copy."""
    for k in range(rows):
        set_int(first + stride * k + behind + BYTES_A_WORD * words, 0, NEVER)
