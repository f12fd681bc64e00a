"""The memory of a window: rows, masks, and tables that kernels find by address."""

import weakref
from typing import Any

import numpy as np

from tradestream.backtest.columns import aligned, price_epsilon, write_columns
from tradestream.backtest.costs import Costs
from tradestream.backtest.evaluate import Engine
from tradestream.backtest.hours import ClockHours
from tradestream.backtest.layout import PADDING
from tradestream.backtest.money import fill_extremes, fill_tables
from tradestream.backtest.narrow import (
    BYTES_A_WORD,
    MARK_BYTES,
    fill_levels,
    forget_rows,
    narrow_rows,
)
from tradestream.backtest.program import Programs
from tradestream.backtest.row_cache import RowCache
from tradestream.backtest.trades import Tables
from tradestream.candles import CandleSeries, Floats
from tradestream.indicators.library import COLUMNS, INDICATORS, address
from tradestream.indicators.machine import LANES
from tradestream.instruments import Instrument

_LEVELS = frozenset({"open", "high", "low", "close", "median"})
_PRIVATE_BYTES = 24 << 20
"""Most memory for rows of one genome alone, but at least one genome's."""

_spare: list[Floats] = []


def take_block(size: int) -> Floats:
    """Return `size` floats or more, contents undefined.

    The block that a window gave back is used again where it is large enough:
    fresh memory costs as much as a search when its pages are touched first.
    """
    try:
        block = _spare.pop()
    except IndexError:
        return np.empty(size)
    return block if len(block) >= size else np.empty(size)


def give_back(block: Floats) -> None:
    """Keep a block for the next window; only the one that came last."""
    _spare[:] = [block]


class EngineState:
    """Holds every array whose address the engine knows, as long as it lives.

    Attributes:
        engine: What kernels are given.
        masks: uint64 (masks, words), of the genome evaluated last.

    Args:
        series: The bars.
        instrument: What prices and volumes are multiples of.
        costs: Fee and slippage.
        hours: Clock hours of the bars.
        programs: Strategy types to make room for.
        row_budget_bytes: Memory for shared rows, but at least one genome's.
    """

    def __init__(
        self,
        series: CandleSeries,
        instrument: Instrument,
        costs: Costs,
        hours: ClockHours,
        programs: Programs,
        row_budget_bytes: int,
    ) -> None:
        self._bars = len(series)
        self._kept: list[Any] = []
        self._functions = np.zeros(len(INDICATORS), np.int64)
        words = (self._bars + 63) // 64
        self.masks = np.zeros((programs.most_masks, words), np.uint64)
        behind = (self._bars // 64 + 1) * 64
        stride = PADDING + behind + (BYTES_A_WORD * words + MARK_BYTES) // 8
        affordable = row_budget_bytes // (8 * stride)
        wanted = len(COLUMNS) + programs.table_size
        slots = max(len(COLUMNS) + programs.most_shared, min(wanted, affordable))
        private = max(1, programs.most_private)
        width = max(1, min(LANES, _PRIVATE_BYTES // (8 * stride * private)))
        self._rows = self._room_for_rows(slots, width * private, stride)
        write_columns(self._rows, series, instrument)
        self._levels = np.empty((words, 2))
        self.engine = Engine(
            self._tables(series, costs, hours, words),
            _empty_cache(slots, programs.table_size),
            self._hold(self._rows) + 8 * PADDING,
            8 * stride,
            width,
            8 * behind,
            self._hold(self._levels),
            self._hold(self.masks),
            self._functions,
        )
        self._narrow(price_epsilon(series, instrument), width * private)

    def _narrow(self, epsilon: float, private: int) -> None:
        """Write the narrow copies of the columns that hold prices."""
        engine, words = self.engine, self.masks.shape[1]
        highs, lows, closes = (
            self._rows[COLUMNS.index(name), PADDING : PADDING + self._bars]
            for name in ("high", "low", "close")
        )
        fill_levels(highs, lows, closes, epsilon, self._levels)
        stride, behind = engine.stride, engine.behind
        forget_rows(engine.rows, stride, len(COLUMNS), behind, words)
        for place, name in enumerate(COLUMNS):
            if name in _LEVELS:
                row = engine.rows + stride * place
                narrow_rows(row, stride, 1, behind, words, engine.levels)
        own = engine.rows + stride * engine.cache.slots
        forget_rows(own, stride, private, behind, words)

    def need(self, indicator: str) -> None:
        """Make sure that an indicator is compiled and its address known."""
        self._functions[INDICATORS[indicator].number] = address(indicator)

    def row(self, slot: int) -> Floats:
        """Return a copy of the row in a slot, shape (n,), in ticks or its own unit."""
        return self._rows[slot, PADDING : PADDING + self._bars].copy()

    def _room_for_rows(self, slots: int, private: int, stride: int) -> Floats:
        block = take_block((slots + private) * stride + 8)
        weakref.finalize(self, give_back, block)
        skip = -(block.ctypes.data // 8) % 8
        rows = block[skip : skip + (slots + private) * stride]
        rows = rows.reshape(slots + private, stride)
        # Other slots get theirs when they are taken: pages never used cost nothing.
        rows[: len(COLUMNS), :PADDING] = np.nan
        rows[: len(COLUMNS), PADDING + self._bars :] = np.nan
        rows[slots:, :PADDING] = np.nan
        return rows

    def _tables(
        self, series: CandleSeries, costs: Costs, hours: ClockHours, words: int
    ) -> Tables:
        n = self._bars
        entries, exits = aligned(n + 1, 8), aligned(n + 1, 8)
        logs, market, blocks = np.zeros(n + 16), np.zeros(n + 1), np.empty((3, words))
        opens = np.ascontiguousarray(series.opens, np.float64)
        closes = np.ascontiguousarray(series.closes, np.float64)
        fill_tables(
            opens, closes, costs.bought, costs.sold, entries, exits, logs, market
        )
        fill_extremes(logs, n, blocks[0], blocks[1], blocks[2])
        self._hold(blocks)
        return Tables(
            bars=n,
            words=words,
            entries=self._hold(entries),
            exits=self._hold(exits),
            logs=self._hold(logs),
            highs=self._hold(blocks[0]),
            lows=self._hold(blocks[1]),
            falls=self._hold(blocks[2]),
            market=self._hold(market),
            hour_starts=self._hold(hours.starts),
            hours=hours.count,
            kept=1 - costs.fee,
        )

    def _hold(self, array: Any) -> int:
        self._kept.append(array)
        return int(array.ctypes.data)


def _empty_cache(slots: int, table_size: int) -> RowCache:
    return RowCache(
        slots,
        np.full(table_size + 1, -1, np.int32),
        np.full(slots, -1, np.int64),
        np.zeros(slots, np.int64),
        np.array([0, len(COLUMNS), len(COLUMNS)], np.int64),
    )
