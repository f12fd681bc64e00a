"""Functions of eight lanes that a processor has no one instruction for."""

from math import factorial
from typing import Any

from llvmlite import ir
from numba.core import cgutils

from tradestream.indicators.machine import (
    DOUBLES,
    INT64S,
    LANES,
    doubles8,
    fused,
    machine_function,
)

_LOG2_E = 1.4426950408889634
_LN2_HIGH = 0.6931471803691238
_LN2_LOW = 1.9082149292705877e-10
_DEGREE = 13
_ROUNDER = 6755399441055744.0
"""1.5 · 2^52: adding it leaves the nearest whole number in the lowest bits."""


def _all(value: float) -> Any:
    return ir.Constant(DOUBLES, [value] * LANES)


def _exp(context: Any, builder: Any, x: Any) -> Any:
    """e^x = 2^k · e^r with |r| ≤ ln 2 / 2, e^r by Taylor's series."""
    multiply_add = fused(DOUBLES)
    rounded = multiply_add(context, builder, x, _all(_LOG2_E), _all(_ROUNDER))
    k = builder.fsub(rounded, _all(_ROUNDER))
    r = multiply_add(context, builder, k, _all(-_LN2_HIGH), x)
    r = multiply_add(context, builder, k, _all(-_LN2_LOW), r)
    power = _all(1 / factorial(_DEGREE))
    for i in range(_DEGREE - 1, -1, -1):
        power = multiply_add(context, builder, power, r, _all(1 / factorial(i)))
    exponent = builder.shl(
        builder.bitcast(rounded, INT64S), ir.Constant(INT64S, [52] * LANES)
    )
    scaled = builder.add(builder.bitcast(power, INT64S), exponent)
    return builder.bitcast(scaled, DOUBLES)


def _floor(_context: Any, builder: Any, x: Any) -> Any:
    declared = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(DOUBLES, [DOUBLES]), "llvm.floor.v8f64"
    )
    return builder.call(declared, [x])


exp8 = machine_function("exp8", (doubles8,), doubles8, _exp)
"""e to the power of eight values in [−700, 700], nearly as exact as a float can be."""
floor8 = machine_function("floor8", (doubles8,), doubles8, _floor)
