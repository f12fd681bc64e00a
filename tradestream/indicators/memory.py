"""Plain memory for kernels, by address.

Array views inside a hot loop cost reference counting; addresses do not. Numba
frees an array after the last use of its *name*, whoever still holds its
address: call `keep` on it when the address is no longer used.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import carray, float64, int64, types, uint64
from numba.core import cgutils

from tradestream.candles import Floats
from tradestream.indicators.compiled import inlined
from tradestream.indicators.machine import (
    BIT,
    DOUBLE,
    INT64,
    LANES,
    machine_function,
    offset,
    pointer,
)


def _peek(kind: Any) -> Callable[..., Any]:
    return lambda _, b, address, index: b.load(
        pointer(b, offset(b, address, index), kind), align=8
    )


def _poke(kind: Any) -> Callable[..., Any]:
    def emit(context: Any, builder: Any, address: Any, index: Any, value: Any) -> Any:
        place = pointer(builder, offset(builder, address, index), kind)
        builder.store(value, place, align=8)
        return context.get_dummy_value()

    return emit


def _call(context: Any, builder: Any, function: Any, *arguments: Any) -> Any:
    kind = ir.FunctionType(ir.VoidType(), [INT64] * 5)
    builder.call(pointer(builder, function, kind), arguments)
    return context.get_dummy_value()


def _trailing_zeros(_context: Any, builder: Any, word: Any) -> Any:
    declared = cgutils.get_or_insert_function(
        builder.module, ir.FunctionType(INT64, [INT64, BIT]), "llvm.cttz.i64"
    )
    return builder.call(declared, [word, ir.Constant(BIT, 0)])


get_float = machine_function("get_float", (int64, int64), float64, _peek(DOUBLE))
get_int = machine_function("get_int", (int64, int64), int64, _peek(INT64))
get_word = machine_function("get_word", (int64, int64), uint64, _peek(INT64))
set_float = machine_function(
    "set_float", (int64, int64, float64), types.void, _poke(DOUBLE)
)
set_int = machine_function("set_int", (int64, int64, int64), types.void, _poke(INT64))
set_word = machine_function(
    "set_word", (int64, int64, uint64), types.void, _poke(INT64)
)
call_row = machine_function("call_row", (int64,) * 6, types.void, _call)
trailing_zeros = machine_function("trailing_zeros", (uint64,), int64, _trailing_zeros)
_pointer = machine_function(
    "_pointer",
    (int64,),
    types.voidptr,
    lambda _, b, address: b.inttoptr(address, cgutils.voidptr_t),
)


@inlined
def row(address: int, bars: int) -> Floats:
    """Return the row at an address as an array."""
    return carray(_pointer(address), (bars,), np.float64)  # type: ignore[no-any-return]


@inlined
def integers(address: int, bars: int) -> Any:
    """Return the row of whole numbers at an address as an array of int64."""
    return carray(_pointer(address), (bars,), np.int64)


@inlined
def argument(addresses: int, position: int, lane: int) -> int:
    """Return the address of the input row `position` of a lane."""
    return get_int(addresses, position * LANES + lane)  # type: ignore[no-any-return]


@inlined
def setting(parameters: int, position: int, lane: int) -> float:
    """Return the parameter `position` of a lane."""
    return get_float(parameters, position * LANES + lane)  # type: ignore[no-any-return]


@inlined
def keep(scratch: Floats) -> None:
    """Hold an array alive up to here, though only its address was used."""
    scratch[0] = 0.0
