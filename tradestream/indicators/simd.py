"""Eight lanes of float64, as functions for kernels.

A tile is 64 bars of eight rows, transposed: one vector a bar.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import float64, int64, types

from tradestream.indicators.compiled import kernel
from tradestream.indicators.machine import (
    DOUBLE,
    DOUBLES,
    INT32,
    INT64S,
    LANES,
    addresses8,
    bits8,
    doubles8,
    fused,
    machine_function,
    offset,
    pointer,
    spread,
)

Vector = Any
"""A value of a vector type inside a kernel; Python never sees one."""

TILE = 64


def _transpose(builder: Any, rows: list[Any]) -> list[Any]:
    """Turn 8 × 8 doubles on their diagonal in 24 shuffles."""
    for width in (1, 2, 4):
        low = [i if i % (2 * width) < width else 8 + i - width for i in range(8)]
        high = [i + width if i % (2 * width) < width else 8 + i for i in range(8)]
        masks = [ir.Constant(ir.VectorType(INT32, 8), m) for m in (low, high)]
        for i in range(8):
            if not i & width:
                a, b = rows[i], rows[i + width]
                rows[i] = builder.shuffle_vector(a, b, masks[0])
                rows[i + width] = builder.shuffle_vector(a, b, masks[1])
    return rows


def _places(builder: Any, rows: Any, bar: Any) -> list[Any]:
    """Return pointers to eight doubles of each of eight rows, from `bar` on."""
    lanes = (builder.extract_element(rows, ir.Constant(INT32, k)) for k in range(LANES))
    return [pointer(builder, offset(builder, a, bar), DOUBLES) for a in lanes]


def _lines(builder: Any, tile: Any) -> list[Any]:
    """Return pointers to eight vectors of a tile."""
    steps = (ir.Constant(tile.type, 64 * k) for k in range(LANES))
    return [pointer(builder, builder.add(tile, step), DOUBLES) for step in steps]


def _move(builder: Any, sources: list[Any], targets: list[Any]) -> None:
    loaded = [builder.load(source, align=8) for source in sources]
    for value, target in zip(_transpose(builder, loaded), targets, strict=True):
        builder.store(value, target, align=8)


def _pack(context: Any, builder: Any, rows: Any, bar: Any, tile: Any) -> Any:
    _move(builder, _places(builder, rows, bar), _lines(builder, tile))
    return context.get_dummy_value()


def _unpack(context: Any, builder: Any, tile: Any, rows: Any, bar: Any) -> Any:
    _move(builder, _lines(builder, tile), _places(builder, rows, bar))
    return context.get_dummy_value()


def _load(kind: Any) -> Callable[..., Any]:
    return lambda _, b, address: b.load(pointer(b, address, kind), align=8)


def _store(context: Any, builder: Any, address: Any, value: Any) -> Any:
    builder.store(value, pointer(builder, address, DOUBLES), align=8)
    return context.get_dummy_value()


def _reduce(sign: str) -> Callable[..., Any]:
    def emit(_context: Any, builder: Any, value: Any) -> Any:
        for width in (4, 2, 1):
            turned = [(i + width) % LANES for i in range(LANES)]
            order = ir.Constant(ir.VectorType(INT32, LANES), turned)
            other = builder.shuffle_vector(value, value, order)
            better = builder.fcmp_ordered(sign, value, other)
            value = builder.select(better, value, other)
        return builder.extract_element(value, ir.Constant(INT32, 0))

    return emit


def _better(sign: str) -> Callable[..., Any]:
    return lambda _, b, x, y: b.select(b.fcmp_ordered(sign, x, y), x, y)


def _first_lanes(_context: Any, builder: Any, count: Any) -> Any:
    lanes = ir.Constant(INT64S, list(range(LANES)))
    return builder.icmp_signed("<", lanes, spread(builder, count, INT64S))


fma = machine_function("fma", (float64,) * 3, float64, fused(DOUBLE))
fma8 = machine_function("fma8", (doubles8,) * 3, doubles8, fused(DOUBLES))
splat = machine_function(
    "splat", (float64,), doubles8, lambda _, b, x: spread(b, x, DOUBLES)
)
load8 = machine_function("load8", (int64,), doubles8, _load(DOUBLES))
load_addresses = machine_function("load_addresses", (int64,), addresses8, _load(INT64S))
store8 = machine_function("store8", (int64, doubles8), types.void, _store)
pack = machine_function("pack", (addresses8, int64, int64), types.void, _pack)
unpack = machine_function("unpack", (int64, addresses8, int64), types.void, _unpack)
choose = machine_function(
    "choose",
    (bits8, doubles8, doubles8),
    doubles8,
    lambda _, b, m, x, y: b.select(m, x, y),
)
maximum = machine_function("maximum", (doubles8,) * 2, doubles8, _better(">"))
minimum = machine_function("minimum", (doubles8,) * 2, doubles8, _better("<"))
highest_lane = machine_function("highest_lane", (doubles8,), float64, _reduce(">"))
lowest_lane = machine_function("lowest_lane", (doubles8,), float64, _reduce("<"))
first_lanes = machine_function("first_lanes", (int64,), bits8, _first_lanes)


@kernel
def tile_in(rows: Vector, bar: int, tile: int) -> None:
    """Copy 64 bars of eight rows into a tile."""
    for q in range(0, TILE, LANES):
        pack(rows, bar + q, tile + TILE * q)


@kernel
def tile_out(tile: int, rows: Vector, bar: int) -> None:
    """Copy a tile back into 64 bars of eight rows."""
    for q in range(0, TILE, LANES):
        unpack(tile + TILE * q, rows, bar + q)
