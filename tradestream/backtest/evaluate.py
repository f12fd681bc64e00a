"""One evaluator for every strategy: rows, masks, trades.

Compiled once, independent of the catalogue; runs without the interpreter lock.
"""

from typing import Any, NamedTuple

import numpy as np

from tradestream.backtest import layout
from tradestream.backtest.layout import PADDING, Program
from tradestream.backtest.masks import write_masks
from tradestream.backtest.narrow import BYTES_A_WORD, NEVER, narrow_row
from tradestream.backtest.row_cache import (
    ARGUMENTS,
    Call,
    RowCache,
    build,
    entry_of,
    prepare,
    take_slot,
)
from tradestream.backtest.trades import (
    SCRATCH,
    SUMS,
    Tables,
    sum_returns,
    sum_trades,
)
from tradestream.candles import Floats
from tradestream.indicators.compiled import entry_point, inlined, kernel
from tradestream.indicators.machine import LANES
from tradestream.indicators.memory import get_int, set_float, set_int

_ROW_INTS, _ROW_FLOATS = layout.ROW_INTS, layout.ROW_FLOATS
_FUNCTION, _PLACE, _PRIVATE = layout.FUNCTION, layout.PLACE, layout.PRIVATE
_NARROW = layout.NARROW

BRIEF, FULL, HOURLY = range(3)
"""How much is summed: what a search needs, all, or every clock hour too."""


class Engine(NamedTuple):
    """A window as the kernels see it. Addresses live as long as the Window does.

    Attributes:
        tables: Money tables.
        cache: Shared rows.
        rows: Address of bar 0 of row 0.
        stride: Bytes from one row to the next.
        width: Genomes whose own rows there is room for at once, 1 to LANES.
        behind: Bytes from a row to its narrow copy.
        levels: Address of the levels of narrow rows.
        masks: Address of the masks.
        functions: int64 (indicators,), addresses of machine code.
    """

    tables: Tables
    cache: RowCache
    rows: int
    stride: int
    width: int
    behind: int
    levels: int
    masks: int
    functions: Any


@inlined
def _tables_without_hours(tables: Tables) -> Tables:
    return Tables(
        tables.bars,
        tables.words,
        tables.entries,
        tables.exits,
        tables.logs,
        tables.highs,
        tables.lows,
        tables.falls,
        tables.market,
        tables.hour_starts,
        0,
        tables.kept,
    )


@entry_point
def evaluate(
    engine: Engine, program: Program, genomes: Floats, count: int, batch: int,
    out: Floats, hourly: Floats, detail: int,
) -> bool:  # fmt: skip
    """Backtest the first `count` genomes.

    Args:
        engine: The window.
        program: The strategy type.
        genomes: Shape (count or more, parameters), values in declaration order.
        count: How many to run.
        batch: How many share one round of row building.
        out: Shape (count or more, SUMS), written.
        hourly: Shape (count or more, hours), written if `detail` is HOURLY.
        detail: BRIEF for what `sum_returns` writes, FULL for all sums, or HOURLY.

    Returns:
        Whether the slots sufficed for a batch; if not, results are incomplete.
    """
    nodes = program.row_ints.shape[0]
    work = np.empty(SCRATCH + batch * nodes + 3 * ARGUMENTS * LANES, np.int64)
    base = work.ctypes.data
    span = 8 * ARGUMENTS * LANES
    call = Call(base, base + span, base + 2 * span)
    places = base + 3 * span
    scratch = places + 8 * batch * nodes
    first_genome, wide = genomes.ctypes.data, 8 * genomes.shape[1]
    tables = engine.tables
    if detail != HOURLY:
        tables = _tables_without_hours(tables)
    enough = True
    for c0 in range(0, count, batch):
        size = min(batch, count - c0)
        genome0 = first_genome + wide * c0
        enough = enough and _build_shared(
            engine, program, size, genome0, wide, places, call
        )
        if not enough:
            break
        for g0 in range(0, size, engine.width):
            lanes = min(engine.width, size - g0)
            if program.private > 0:
                _build_private(
                    engine, program, lanes, genome0 + wide * g0, wide,
                    places + 8 * nodes * g0, call,
                )  # fmt: skip
            for k in range(g0, g0 + lanes):
                write_masks(
                    program.operations.ctypes.data,
                    program.operations.shape[0],
                    program.epsilons.ctypes.data,
                    program.scalars.ctypes.data,
                    program.scalar_genes.ctypes.data,
                    genome0 + wide * k,
                    places + 8 * nodes * k,
                    engine.behind,
                    engine.masks,
                    tables.words,
                )
                enter = engine.masks + 8 * tables.words * program.enter
                leave = engine.masks + 8 * tables.words * program.exit
                own = out.ctypes.data + 8 * SUMS * (c0 + k)
                if detail == BRIEF:
                    sum_returns(tables, enter, leave, own, scratch)
                else:
                    hours = hourly.ctypes.data + 8 * hourly.shape[1] * (c0 + k)
                    sum_trades(tables, enter, leave, own, hours, scratch)
    work[0] = 0  # its address must not outlive it
    return enough


@kernel
def _build_shared(
    engine: Engine, program: Program, size: int, genomes: int, wide: int,
    places: int, call: Call,
) -> bool:  # fmt: skip
    """Find or build the shared rows of a batch; note where every row is."""
    nodes = program.row_ints.shape[0]
    cache = engine.cache
    cache.clock[0] += 1
    for i in range(nodes):
        ints = program.row_ints.ctypes.data + 8 * _ROW_INTS * i
        floats = program.row_floats.ctypes.data + 8 * _ROW_FLOATS * i
        function, place = get_int(ints, _FUNCTION), get_int(ints, _PLACE)
        if get_int(ints, _PRIVATE) >= 0:
            continue
        waiting = 0
        for k in range(size):
            rows = places + 8 * nodes * k
            if function < 0:
                set_int(rows, i, engine.rows + engine.stride * place)
                continue
            entry = entry_of(ints, floats, place, genomes + wide * k)
            slot = int(cache.slot_of[entry])
            if slot < 0:
                slot = take_slot(cache)
                if slot < 0:
                    return False
                cache.slot_of[entry] = slot
                cache.owner[slot] = entry
                output = engine.rows + engine.stride * slot
                for t in range(-PADDING, 0):
                    set_float(output, t, np.nan)
                prepare(ints, floats, waiting, genomes + wide * k, rows, call, output)
                waiting += 1
                if waiting == LANES:
                    _build_rows(engine, ints, LANES, call)
                    waiting = 0
            cache.used[slot] = cache.clock[0]
            set_int(rows, i, engine.rows + engine.stride * slot)
        if waiting > 0:
            _build_rows(engine, ints, waiting, call)
    return True


@kernel
def _build_rows(engine: Engine, ints: int, lanes: int, call: Call) -> None:
    """Build shared rows, and their narrow copies where these are wanted."""
    function = engine.functions[get_int(ints, _FUNCTION)]
    words = engine.tables.words
    build(function, engine.tables.bars, lanes, call)
    for lane in range(lanes):
        output = get_int(call.outputs, lane)
        if get_int(ints, _NARROW):
            narrow_row(output, engine.behind, words, engine.levels)
        else:
            set_int(output + engine.behind + BYTES_A_WORD * words, 0, NEVER)


@kernel
def _build_private(
    engine: Engine, program: Program, lanes: int, genomes: int, wide: int,
    places: int, call: Call,
) -> None:  # fmt: skip
    """Build the rows that belong to one genome alone, for eight at a time."""
    nodes = program.row_ints.shape[0]
    scratch = engine.rows + engine.stride * engine.cache.slots
    for i in range(nodes):
        ints = program.row_ints.ctypes.data + 8 * _ROW_INTS * i
        floats = program.row_floats.ctypes.data + 8 * _ROW_FLOATS * i
        mine = get_int(ints, _PRIVATE)
        if mine < 0:
            continue
        for lane in range(lanes):
            rows = places + 8 * nodes * lane
            output = scratch + engine.stride * (mine * engine.width + lane)
            prepare(ints, floats, lane, genomes + wide * lane, rows, call, output)
            set_int(rows, i, output)
        build(
            engine.functions[get_int(ints, _FUNCTION)], engine.tables.bars, lanes, call
        )
