"""Candles of one symbol and span, ready to be backtested on by the million.

Columns, money tables, and indicator rows are computed once and shared by every
strategy and genome. A Window belongs to one thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradestream.backtest.columns import price_epsilon
from tradestream.backtest.costs import Costs
from tradestream.backtest.evaluate import BRIEF, FULL, HOURLY, evaluate
from tradestream.backtest.hours import ClockHours
from tradestream.backtest.layout import Program
from tradestream.backtest.metrics import excess_sharpe_bar, market_of, metrics_of
from tradestream.backtest.program import PRICE_EPSILON, Programs, catalogue_programs
from tradestream.backtest.state import EngineState
from tradestream.backtest.trades import SUMS, TRADES
from tradestream.candles import LEAST_BARS, CandleSeries, Floats
from tradestream.errors import InvalidCandleError
from tradestream.indicators.library import COLUMNS
from tradestream.instruments import Instrument
from tradestream.strategies.declaration import Value

Bits = NDArray[np.bool_]
Words = NDArray[np.uint64]

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
        row_budget_bytes: Memory for shared indicator rows, roughly; those of one
            genome always fit.
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
        hours = ClockHours.of(series)
        self.first_hour, self.hours = hours.first, hours.count
        returns = np.append(0.0, series.closes[1:] / series.closes[:-1] - 1)
        self.market_hourly = hours.sums(returns)
        self.market = market_of(series, returns)
        self._epsilon = price_epsilon(series, instrument)
        self._prepared: dict[str, Program] = {}
        self._ranges: dict[str, Floats] = {}
        self._state = EngineState(
            series, instrument, costs, hours, self.programs, row_budget_bytes
        )
        self.engine = self._state.engine

    def evaluate(
        self, strategy_name: str, genomes: Floats, *, hourly: bool = True
    ) -> Evaluation:
        """Backtest many genomes of one type.

        Args:
            strategy_name: Type, e.g. `SMA_RSI`.
            genomes: Shape (g, p), valid values in declaration order.
            hourly: Whether to return the hourly sums too.

        Raises:
            KeyError: If there is no such type.
            ValueError: If a value is out of its range, or the shape is wrong.
        """
        detail = HOURLY if hourly else FULL
        sums, by_hour = self._sums(strategy_name, genomes, detail)
        metrics, sharpe = metrics_of(sums, self.market, self.costs)
        return Evaluation(
            metrics,
            by_hour,
            metrics["exposure"],
            metrics["trades"],
            metrics["total_return"],
            sharpe,
        )

    def outcomes(self, strategy_name: str, genomes: Floats) -> tuple[Floats, Floats]:
        """Return round trips and excess Sharpe ratio a bar, shape (g,) each.

        What a search needs of a genome, at less cost than `evaluate`; NaN where
        nothing was traded.

        Raises:
            KeyError: If there is no such type.
            ValueError: If a value is out of its range, or the shape is wrong.
        """
        sums, _ = self._sums(strategy_name, genomes, BRIEF)
        return sums[:, TRADES].copy(), excess_sharpe_bar(sums, self.market)

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
        enter, leave = (
            np.unpackbits(mask.view(np.uint8), count=self.bars, bitorder="little")
            for mask in self.masks(strategy_name, genome[0])
        )
        return enter.astype(np.bool_), leave.astype(np.bool_)

    def masks(self, strategy_name: str, genome: Floats) -> tuple[Words, Words]:
        """Return when a genome says enter and exit, one bit a bar.

        They hold until the next evaluation. Bits beyond the last bar are undefined.
        """
        self._sums(strategy_name, genome.reshape(1, -1), BRIEF)
        program = self.programs.by_name[strategy_name]
        return self._state.masks[program.enter], self._state.masks[program.exit]

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
                self._state.need(name)
            epsilons = np.where(
                np.abs(program.epsilons) == PRICE_EPSILON,
                np.copysign(self._epsilon, program.epsilons),
                program.epsilons,
            )
            self._prepared[strategy_name] = program._replace(epsilons=epsilons)
        return self._prepared[strategy_name]

    def row(self, slot: int) -> Floats:
        """Return a copy of the row in a slot, shape (n,), in ticks or its own unit."""
        return self._state.row(slot)

    def batch(self, program: Program) -> int:
        """Return how many genomes of a program fit the slots at once."""
        free = self.engine.cache.slots - len(COLUMNS)
        return max(1, min(_LARGEST_BATCH, free // max(1, program.shared)))

    def _sums(
        self, strategy_name: str, genomes: Floats, detail: int
    ) -> tuple[Floats, Floats]:
        program = self.program(strategy_name)
        self._check_ranges(strategy_name, genomes)
        count, ordered = len(genomes), genomes
        sort = count > 1 and self.bars > _WINDOW_WORTH_SORTING
        if sort:
            order = np.lexsort(genomes.T[::-1])  # neighbours share rows
            ordered = genomes[order]
        ordered = np.ascontiguousarray(ordered, np.float64)
        sums = np.empty((count, SUMS))
        by_hour = np.zeros((count, self.hours if detail == HOURLY else 0))
        if not evaluate(
            self.engine, program, ordered, count, self.batch(program), sums, by_hour,
            detail,
        ):  # fmt: skip
            raise MemoryError("row budget too small for one genome")
        if sort:
            back = np.argsort(order)
            return sums[back], by_hour[back]
        return sums, by_hour

    def _check_ranges(self, strategy_name: str, genomes: Floats) -> None:
        """Raise if a value is out of range: kernels trust what they are given."""
        if strategy_name not in self._ranges:
            parameters = self.programs.catalogue[strategy_name].parameters
            ends = np.array([(p.low, p.high) for p in parameters], np.float64)
            self._ranges[strategy_name] = ends.reshape(-1, 2).T
        lows, highs = self._ranges[strategy_name]
        if genomes.ndim != 2 or genomes.shape[1] != len(lows):
            raise ValueError(
                f"{strategy_name} takes genomes of shape (g, {len(lows)}), "
                f"was {genomes.shape}"
            )
        inside = (genomes >= lows) & (genomes <= highs)
        if not np.all(inside):
            parameters = self.programs.catalogue[strategy_name].parameters
            name = parameters[int(np.argmin(np.all(inside, axis=0)))].name
            raise ValueError(f"{strategy_name} has values of {name} out of range")
