"""One backtest in full: trades, equity, and every number that is reported."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tradestream.backtest.costs import Costs
from tradestream.backtest.details import (
    Fills,
    adverse_excursions,
    equity_of,
    fills_of,
    percentile_95,
)
from tradestream.backtest.metrics import METRICS, Number, reported
from tradestream.backtest.window import Bits, Window
from tradestream.candles import CandleSeries, Floats, to_datetime
from tradestream.instruments import Instrument
from tradestream.strategies.declaration import Value


@dataclass(frozen=True, slots=True)
class Trade:
    """One round trip.

    Attributes:
        entry_time: Open time of the bar at whose open it bought, UTC.
        entry_price: Price paid, after slippage.
        exit_time: Open time of the bar of the sale, UTC; the last bar's if it
            was still open at the end and sold at the last close.
        exit_price: Price received, after slippage.
        net_return: Return of the stake, net of fees and slippage.
        adverse_excursion: 1 − lowest low while held ÷ entry price.
    """

    entry_time: datetime
    entry_price: float
    exit_time: datetime
    exit_price: float
    net_return: float
    adverse_excursion: float


@dataclass(frozen=True, slots=True, eq=False)
class Backtest:
    """Everything about one strategy on one span of one market.

    Attributes:
        strategy: Type, e.g. `SMA_RSI`.
        parameters: Typed values by name, in declaration order.
        bars: How many bars there were.
        missing: How many were absent between the first and the last.
        metrics: Numbers by name, see `metrics.METRICS`, and
            `adverse_excursion_p95`; ratios are fractions, None where undefined.
        trades: Round trips in order.
        equity: Shape (n,), marked at each close, from 10,000; the closing fill
            is in the last one.
        enter: Shape (n,), where the rule to enter was true.
        exit: Shape (n,), where the rule to exit was true.
        first_hour: Start of the first clock hour, seconds since 1970.
        hourly: Shape (hours,), Σ of net simple returns of each clock hour.
        market_hourly: Shape (hours,), the same of the market.
    """

    strategy: str
    parameters: dict[str, Value]
    bars: int
    missing: int
    metrics: dict[str, Number]
    trades: tuple[Trade, ...]
    equity: Floats
    enter: Bits
    exit: Bits
    first_hour: int
    hourly: Floats
    market_hourly: Floats

    @property
    def adverse_excursion_p95(self) -> float | None:
        """95th percentile over trades of the adverse excursion; None without one."""
        return self.metrics["adverse_excursion_p95"]


def backtest(
    series: CandleSeries,
    instrument: Instrument,
    costs: Costs,
    strategy_name: str,
    parameters: Mapping[str, Value],
) -> Backtest:
    """Backtest one strategy.

    Args:
        series: Three bars or more.
        instrument: What prices and volumes are multiples of.
        costs: Fee and slippage of a side.
        strategy_name: Type, e.g. `SMA_RSI`.
        parameters: All of its parameters.

    Raises:
        KeyError: If the catalogue has no such type.
        ValueError: As `StrategyType.check` does.
        InvalidCandleError: If there are fewer than three bars.
    """
    window = Window(series, instrument, costs, row_budget_bytes=0)
    genome = window.genome(strategy_name, parameters)
    result = window.evaluate(strategy_name, genome)
    enter, leave = window.signals(strategy_name, parameters)
    fills = fills_of(window, strategy_name, genome[0])
    adverse = adverse_excursions(window, fills)
    metrics = {name: reported(name, result.metrics[name][0]) for name in METRICS}
    metrics["adverse_excursion_p95"] = percentile_95(adverse)
    return Backtest(
        strategy_name,
        window.programs.catalogue[strategy_name].check(parameters),
        window.bars,
        series.missing(),
        metrics,
        _trades(series, fills, adverse),
        equity_of(window, fills),
        enter,
        leave,
        window.first_hour,
        result.hourly[0],
        window.market_hourly,
    )


def _trades(series: CandleSeries, fills: Fills, adverse: Floats) -> tuple[Trade, ...]:
    last = len(series) - 1
    return tuple(
        Trade(
            to_datetime(series.open_times[fills.entries[i]]),
            float(fills.entry_prices[i]),
            to_datetime(series.open_times[min(fills.exits[i], last)]),
            float(fills.exit_prices[i]),
            float(fills.returns[i]),
            float(adverse[i]),
        )
        for i in range(len(fills.entries))
    )
