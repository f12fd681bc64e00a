"""64 bars compared at once: one bit a bar in one machine word.

"Above" means above by more than `epsilon`, the smallest difference that the
arithmetic can be trusted with. Anything compared with NaN is false.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import float64, int64, types, uint64

from tradestream.indicators.machine import (
    DOUBLE,
    INT64,
    machine_function,
    pointer,
    spread,
)

_BARS = ir.VectorType(DOUBLE, 64)
_ABOVE = (">", 1)
_NOT_ABOVE = ("<=", 1)
_BELOW = ("<", -1)


def _compare(tests: tuple[tuple[str, int], ...], constant: bool) -> Callable[..., Any]:
    """Return code that makes one word for each test of x − y against ±epsilon."""

    def emit(context: Any, builder: Any, a: Any, b: Any, epsilon: Any) -> Any:
        x = builder.load(pointer(builder, a, _BARS), align=8)
        y = (
            spread(builder, b, _BARS)
            if constant
            else builder.load(pointer(builder, b, _BARS), align=8)
        )
        difference = builder.fsub(x, y)
        limits = {
            1: spread(builder, epsilon, _BARS),
            -1: spread(builder, builder.fneg(epsilon), _BARS),
        }
        words = [
            builder.bitcast(builder.fcmp_ordered(sign, difference, limits[side]), INT64)
            for sign, side in tests
        ]
        if len(words) == 1:
            return words[0]
        return context.make_tuple(builder, types.UniTuple(uint64, len(words)), words)

    return emit


def _rows(name: str, *tests: tuple[str, int]) -> Any:
    return machine_function(
        name, (int64, int64, float64), _result(tests), _compare(tests, False)
    )


def _constant(name: str, *tests: tuple[str, int]) -> Any:
    return machine_function(
        name, (int64, float64, float64), _result(tests), _compare(tests, True)
    )


def _result(tests: tuple[tuple[str, int], ...]) -> Any:
    return uint64 if len(tests) == 1 else types.UniTuple(uint64, len(tests))


above = _rows("above", _ABOVE)
above_below = _rows("above_below", _ABOVE, _BELOW)
above_not_below = _rows("above_not_below", _ABOVE, _NOT_ABOVE, _BELOW)
above_level = _constant("above_level", _ABOVE)
below_level = _constant("below_level", _BELOW)
above_below_level = _constant("above_below_level", _ABOVE, _BELOW)
above_not_below_level = _constant("above_not_below_level", _ABOVE, _NOT_ABOVE, _BELOW)
