"""Candles of one symbol and span, ready to be backtested on by the million.

Columns, money tables, and indicator rows are computed once and shared by every
strategy and genome. A Window belongs to one thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradestream.backtest import columns as _columns
from tradestream.backtest.columns import PADDING, aligned
from tradestream.backtest.costs import Costs
from tradestream.backtest.evaluate import Engine, evaluate
from tradestream.backtest.layout import Program
from tradestream.backtest.metrics import (
    SECONDS_A_YEAR,
    Market,
    excess_sharpe_bar,
    metrics_of,
)
from tradestream.backtest.money import fill_extremes, fill_tables
from tradestream.backtest.program import PRICE_EPSILON, Programs, catalogue_programs
from tradestream.backtest.row_cache import RowCache
from tradestream.backtest.trades import HELD, RATIO, SUMS, TRADES, Tables
from tradestream.candles import HOUR_SECONDS, CandleSeries, Floats
from tradestream.errors import InvalidCandleError
from tradestream.indicators.library import COLUMNS, INDICATORS, address
from tradestream.indicators.machine import LANES
from tradestream.instruments import Instrument
from tradestream.strategies.declaration import Value

Bits = NDArray[np.bool_]

LEAST_BARS = 3
"""Fewer give no standard deviation of returns."""

_LEAST_SLOTS = 16
_LARGEST_BATCH = 50
_WINDOW_WORTH_SORTING = 5_000


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Results of g genomes on a window, net of costs; NaN where undefined.

    Attributes:
        metrics: Arrays of shape (g,) by name, see `metrics.METRICS`.
        hourly: Shape (g, hours), Σ of the net simple returns of the bars of each
            clock hour; shape (g, 0) if not asked for.
        exposure: Shape (g,), bars held ÷ bars.
        trades: Shape (g,), round trips, whole numbers.
        total_return: Shape (g,), a fraction.
        excess_sharpe_bar: Shape (g,), Sharpe ratio a bar of r − exposure · m.
    """

    metrics: Mapping[str, Floats]
    hourly: Floats
    exposure: Floats
    trades: Floats
    total_return: Floats
    excess_sharpe_bar: Floats


class Window:
    """Bars, tables, and rows of one symbol and span.

    Attributes:
        series: The bars.
        instrument: Its price tick and volume lot.
        costs: Fee and slippage.
        bars: How many bars there are; missing ones are not invented.
        first_hour: Start of the clock hour of the first bar, seconds since 1970.
        hours: Clock hours from there to the last bar's, empty ones included.
        market_hourly: Shape (hours,), Σ of the market's simple returns of the
            bars of each hour, close to close; the first bar has none.
        market: What metrics need to know of the window.

    Args:
        series: Three bars or more.
        instrument: What prices and volumes are multiples of.
        costs: Fee and slippage.
        row_budget_bytes: Memory for shared indicator rows, roughly; a minimum
            of 16 rows is always kept.
        programs: Strategy types; the catalogue's by default.

    Raises:
        InvalidCandleError: If there are fewer than three bars.
    """

    def __init__(
        self,
        series: CandleSeries,
        instrument: Instrument,
        costs: Costs,
        *,
        row_budget_bytes: int = 64 << 20,
        programs: Programs | None = None,
    ) -> None:
        if len(series) < LEAST_BARS:
            raise InvalidCandleError(
                f"{series.symbol}: at least {LEAST_BARS} bars are required, "
                f"was {len(series)}"
            )
        self.series, self.instrument, self.costs = series, instrument, costs
        self.bars = len(series)
        self.programs = programs or catalogue_programs()
        self._kept: list[Any] = []  # arrays whose addresses the engine holds
        self._index_hours()
        self._functions = np.zeros(len(INDICATORS), np.int64)
        self._epsilon = _columns.price_epsilon(series, instrument)
        self._prepared: dict[str, Program] = {}
        self.engine = self._build(row_budget_bytes)

    def evaluate(
        self, strategy_name: str, genomes: Floats, *, hourly: bool = True
    ) -> Evaluation:
        """Backtest many genomes of one type.

        Args:
            strategy_name: Type, e.g. `SMA_RSI`.
            genomes: Shape (g, p), valid values in declaration order.
            hourly: Whether to return the hourly sums too.
        """
        sums, by_hour = self._sums(strategy_name, genomes, hourly)
        return Evaluation(
            metrics_of(sums, self.market, self.costs),
            by_hour,
            sums[:, HELD] / self.bars,
            sums[:, TRADES].copy(),
            sums[:, RATIO] - 1,
            excess_sharpe_bar(sums, self.market),
        )

    def signals(
        self, strategy_name: str, parameters: Mapping[str, Value]
    ) -> tuple[Bits, Bits]:
        """Return when a strategy says enter and exit, shape (n,) each.

        A signal is decided at the close of its bar and filled at the open of
        the next one; whether there is a position is not looked at.

        Raises:
            ValueError: As `StrategyType.check` does.
        """
        genome = self.genome(strategy_name, parameters)
        self._sums(strategy_name, genome, False)
        program = self.programs.by_name[strategy_name]
        enter, leave = (
            np.unpackbits(
                self._masks[mask].view(np.uint8), count=self.bars, bitorder="little"
            ).astype(np.bool_)
            for mask in (program.enter, program.exit)
        )
        return enter, leave

    def masks(self, strategy_name: str, genome: Floats) -> tuple[int, int, int]:
        """Return addresses of the two masks of a genome, and their words.

        They hold until the next evaluation. Bits beyond the last bar are undefined.
        """
        self._sums(strategy_name, genome.reshape(1, -1), False)
        program = self.programs.by_name[strategy_name]
        enter, leave = (
            int(self._masks[mask].ctypes.data) for mask in (program.enter, program.exit)
        )
        return enter, leave, self._masks.shape[1]

    def genome(self, strategy_name: str, parameters: Mapping[str, Value]) -> Floats:
        """Return checked parameters as a genome, shape (1, p).

        Raises:
            ValueError: As `StrategyType.check` does.
        """
        strategy = self.programs.catalogue[strategy_name]
        checked = strategy.check(parameters)
        return np.array([[float(value) for value in checked.values()]])

    def program(self, strategy_name: str) -> Program:
        """Return the program of a type, its indicators compiled."""
        if strategy_name not in self._prepared:
            program = self.programs.by_name[strategy_name]
            for name in self.programs.indicators[strategy_name]:
                self._functions[INDICATORS[name].number] = address(name)
            epsilons = np.where(
                program.epsilons == PRICE_EPSILON, self._epsilon, program.epsilons
            )
            self._prepared[strategy_name] = program._replace(epsilons=epsilons)
        return self._prepared[strategy_name]

    def row(self, slot: int) -> Floats:
        """Return a copy of the row in a slot, shape (n,), in ticks or its own unit."""
        return self._rows[slot, PADDING : PADDING + self.bars].copy()

    def batch(self, program: Program) -> int:
        """Return how many genomes of a program fit the slots at once."""
        free = self.engine.cache.slots - len(COLUMNS)
        return max(1, min(_LARGEST_BATCH, free // max(1, program.shared)))

    def _sums(
        self, strategy_name: str, genomes: Floats, hourly: bool
    ) -> tuple[Floats, Floats]:
        program = self.program(strategy_name)
        order = np.arange(len(genomes))
        if self.bars > _WINDOW_WORTH_SORTING:
            order = np.lexsort(genomes.T[::-1])  # neighbours share rows
        ordered = np.ascontiguousarray(genomes[order], np.float64)
        count = len(ordered)
        sums = np.empty((count, SUMS))
        by_hour = np.zeros((count, self.hours if hourly else 0))
        if not evaluate(
            self.engine, program, ordered, count, self.batch(program), sums, by_hour,
            hourly,
        ):  # fmt: skip
            raise MemoryError("row budget too small for one genome")
        if self.bars > _WINDOW_WORTH_SORTING:
            back = np.argsort(order)
            return sums[back], by_hour[back]
        return sums, by_hour

    def _index_hours(self) -> None:
        times, closes = self.series.open_times, self.series.closes
        first = int(times[0]) // HOUR_SECONDS
        self.first_hour = first * HOUR_SECONDS
        self.hours = int(times[-1]) // HOUR_SECONDS - first + 1
        returns = np.append(0.0, closes[1:] / closes[:-1] - 1)
        place = times // HOUR_SECONDS - first
        self.market_hourly = np.asarray(np.bincount(place, returns, self.hours), float)
        self.market = Market(
            self.bars,
            SECONDS_A_YEAR / self.series.interval_seconds,
            float(np.sum(returns)),
            float(np.sum(returns * returns)),
            float(closes[-1] / closes[0] - 1),
        )
        starts = self.first_hour + HOUR_SECONDS * np.arange(self.hours)
        self._hour_starts = np.searchsorted(times, starts).astype(np.int64)

    def _build(self, row_budget_bytes: int) -> Engine:
        stride = PADDING + (self.bars // 64 + 1) * 64
        affordable = row_budget_bytes // (8 * stride)
        wanted = len(COLUMNS) + self.programs.table_size
        slots = max(len(COLUMNS) + _LEAST_SLOTS, min(wanted, affordable))
        private = LANES * max(1, self.programs.most_private)
        rows = aligned(slots + private, stride)
        rows[:, :PADDING] = np.nan
        rows[:, PADDING + self.bars :] = np.nan
        _columns.write_columns(rows, self.series, self.instrument)
        self._rows = rows
        words = (self.bars + 63) // 64
        self._masks = np.zeros((self.programs.most_masks, words), np.uint64)
        cache = RowCache(
            slots,
            np.full(self.programs.table_size + 1, -1, np.int32),
            np.full(slots, -1, np.int64),
            np.zeros(slots, np.int64),
            np.array([0, len(COLUMNS)], np.int64),
        )
        return Engine(
            self._tables(words),
            cache,
            self._hold(rows) + 8 * PADDING,
            8 * stride,
            self._hold(self._masks),
            self._functions,
        )

    def _tables(self, words: int) -> Tables:
        n, costs = self.bars, self.costs
        entries, exits = aligned(n + 1, 8), aligned(n + 1, 8)
        logs, market = np.zeros(n + 16), np.zeros(n + 1)
        blocks = np.empty((3, words))
        opens = np.ascontiguousarray(self.series.opens, np.float64)
        closes = np.ascontiguousarray(self.series.closes, np.float64)
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
            hour_starts=self._hold(self._hour_starts),
            hours=self.hours,
            kept=1 - costs.fee,
        )

    def _hold(self, array: Any) -> int:
        self._kept.append(array)
        return int(array.ctypes.data)
