"""Shared rows of a window: which are there, and which one to forget.

A fixed number of slots bounds the memory. The row unused for longest goes
first, never one that the present batch uses.
"""

from typing import Any, NamedTuple

from tradestream.backtest import layout
from tradestream.backtest.masks import scalar_value
from tradestream.indicators.compiled import inlined, kernel
from tradestream.indicators.machine import LANES
from tradestream.indicators.memory import (
    call_row,
    get_float,
    get_int,
    set_float,
    set_int,
)
from tradestream.indicators.registry import COLUMNS

_COLUMNS = len(COLUMNS)
_MOST_INPUTS, _INPUTS, _PARAMETERS = layout.MAX_INPUTS, layout.INPUTS, layout.PARAMETERS
_PARAMETER_GENES = layout.PARAMETER_GENES
_PARAMETER_SCALARS = layout.PARAMETER_SCALARS
_KEYS, _KEY_GENES, _KEY_WEIGHTS = layout.KEYS, layout.KEY_GENES, layout.KEY_WEIGHTS
_KEY_SCALARS, _KEY_LOWS = layout.KEY_SCALARS, layout.KEY_LOWS

ARGUMENTS = 8
"""Inputs, and parameters, that one call of an indicator can have."""

_LOOKED_AT = 16
"""A full cache lets go the oldest of so many slots: to look at all of them would
cost more than to build a row."""


class RowCache(NamedTuple):
    """Slots for rows.

    Attributes:
        slots: How many there are; the first hold the columns.
        slot_of: int32 (table size,), slot of each entry of the table, or -1.
        owner: int64 (slots,), entry of the table that a slot holds, or -1.
        used: int64 (slots,), last batch that used a slot.
        clock: int64 (3,), number of the batch, slots taken, slot to look at next.
    """

    slots: int
    slot_of: Any
    owner: Any
    used: Any
    clock: Any


class Call(NamedTuple):
    """Addresses of the arguments of an indicator's call, eight lanes each."""

    inputs: int
    parameters: int
    outputs: int


@kernel
def take_slot(cache: RowCache) -> int:
    """Return a slot to write a row to; -1 if the present batch uses all."""
    clock = cache.clock
    if clock[1] < cache.slots:
        clock[1] += 1
        return clock[1] - 1  # type: ignore[no-any-return]
    oldest = -1
    for looked in range(1, cache.slots - _COLUMNS + 1):
        slot = max(clock[2], _COLUMNS)
        clock[2] = slot + 1 if slot + 1 < cache.slots else _COLUMNS
        if cache.used[slot] < clock[0] and (
            oldest < 0 or cache.used[slot] < cache.used[oldest]
        ):
            oldest = slot
        if looked >= _LOOKED_AT and oldest >= 0:
            break
    if oldest >= 0 and cache.owner[oldest] >= 0:
        cache.slot_of[cache.owner[oldest]] = -1
    return oldest


@inlined
def entry_of(ints: int, floats: int, place: int, genome: int) -> int:
    """Return the entry of the table that holds this row of a genome."""
    for j in range(get_int(ints, _KEYS)):
        value = scalar_value(
            floats, _KEY_SCALARS + 2 * j, get_int(ints, _KEY_GENES + j), genome
        )
        step = int(value - get_float(floats, _KEY_LOWS + j))
        place += step * get_int(ints, _KEY_WEIGHTS + j)
    return place


@inlined
def prepare(
    ints: int, floats: int, lane: int, genome: int, rows: int, call: Call, output: int
) -> None:
    """Note one row to be built: inputs, parameters, and output of a lane."""
    for j in range(_MOST_INPUTS):
        source = get_int(ints, _INPUTS + j)
        if source >= 0:
            set_int(call.inputs, j * LANES + lane, get_int(rows, source))
    for j in range(get_int(ints, _PARAMETERS)):
        gene = get_int(ints, _PARAMETER_GENES + j)
        value = scalar_value(floats, _PARAMETER_SCALARS + 2 * j, gene, genome)
        set_float(call.parameters, j * LANES + lane, value)
    set_int(call.outputs, lane, output)


@kernel
def build(function: int, bars: int, lanes: int, call: Call) -> None:
    """Build up to eight rows; unused lanes repeat the first."""
    for lane in range(lanes, LANES):
        for j in range(ARGUMENTS):
            set_int(call.inputs, j * LANES + lane, get_int(call.inputs, j * LANES))
            first = get_int(call.parameters, j * LANES)
            set_int(call.parameters, j * LANES + lane, first)
        set_int(call.outputs, lane, get_int(call.outputs, 0))
    call_row(function, bars, lanes, call.inputs, call.parameters, call.outputs)
