"""SMA_EMA_CROSSOVER in two other engines, each used as its makers advise.

Both get the same signals from numpy, computed for all periods and genomes at
once, and fill at the next open with our fee and slippage. Imported in an
environment of its own, with one thread.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries, Floats

EPSILON = 1e-6
SHORTEST, LONGEST = 5, 50

Bits = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a peer says of each genome, in order.

    Attributes:
        trades: Round trips, an open position at the end included.
        equity: Final equity ÷ starting cash.
    """

    trades: NDArray[np.int64]
    equity: Floats


def average_rows(ticks: Floats) -> tuple[Floats, Floats]:
    """Return simple and exponential averages of every period, (periods, n) each."""
    periods = np.arange(SHORTEST, LONGEST + 1)
    sums = np.append(0.0, np.cumsum(ticks))
    simple = np.full((len(periods), len(ticks)), np.nan)
    for row, period in zip(simple, periods, strict=True):
        row[period - 1 :] = (sums[period:] - sums[:-period]) / period
    smooth = np.full_like(simple, np.nan)
    weight = 2 / (periods + 1)
    state = np.zeros(len(periods))
    for t, tick in enumerate(ticks):
        state = np.where(periods <= t, state + weight * (tick - state), state)
        begins = periods == t + 1
        state = np.where(begins, simple[:, t], state)
        smooth[:, t] = np.where(periods <= t + 1, state, np.nan)
    return simple, smooth


def signals(rows: tuple[Floats, Floats], genomes: Floats) -> tuple[Bits, Bits]:
    """Return entries and exits of genomes, shape (g, n) each."""
    places = genomes.astype(int) - SHORTEST
    difference = rows[0][places[:, 0]] - rows[1][places[:, 1]]
    enter, leave = np.zeros((2, *difference.shape), np.bool_)
    above, below = difference > EPSILON, difference < -EPSILON
    enter[:, 1:] = above[:, 1:] & (difference[:, :-1] <= EPSILON)
    leave[:, 1:] = below[:, 1:] & (difference[:, :-1] >= -EPSILON)
    return enter, leave


def chunks(genomes: Floats, size: int) -> Iterator[Floats]:
    """Yield genomes, `size` at a time."""
    for first in range(0, len(genomes), size):
        yield genomes[first : first + size]


def run_raptorbt(
    series: CandleSeries, tick: float, costs: Costs, genomes: Floats, chunk: int
) -> Outcome:
    """Backtest with raptorbt's batch runner."""
    import raptorbt

    config = raptorbt.BacktestConfig(
        initial_capital=10_000.0,
        fees=costs.fee,
        slippage=costs.slippage,
        fill_timing="next_bar_open",
        periods_per_year=525_600.0,
    )
    columns = (series.opens, series.highs, series.lows, series.closes, series.volumes)
    times = series.open_times * 1_000_000_000
    rows = average_rows(np.rint(series.closes / tick))
    trades, equity = [], []
    for part in chunks(genomes, chunk):
        enter, leave = signals(rows, part)
        items = [
            raptorbt.BatchSingleItem("", a, b)
            for a, b in zip(enter, leave, strict=True)
        ]
        for _, result in raptorbt.batch_single_backtest(times, *columns, items, config):
            trades.append(result.metrics.total_trades)
            equity.append(result.metrics.end_value / 10_000)
    return Outcome(np.array(trades), np.array(equity))


def run_vectorbt(
    series: CandleSeries, tick: float, costs: Costs, genomes: Floats, chunk: int
) -> Outcome:
    """Backtest with vectorbt, `chunk` columns at a time, and four metrics."""
    import pandas as pd
    import vectorbt as vbt

    index = pd.to_datetime(series.open_times, unit="s", utc=True)
    opens, closes = pd.Series(series.opens, index), pd.Series(series.closes, index)
    rows = average_rows(np.rint(series.closes / tick))
    trades, equity = [], []
    for part in chunks(genomes, chunk):
        late = []
        for mask in signals(rows, part):
            moved = np.zeros_like(mask)
            moved[:, 1:] = mask[:, :-1]
            late.append(pd.DataFrame(moved.T, index))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            portfolio = vbt.Portfolio.from_signals(
                closes,
                *late,
                price=opens,
                fees=costs.fee,
                slippage=costs.slippage,
                init_cash=10_000.0,
                freq="1min",
            )
            portfolio.sharpe_ratio()
            portfolio.max_drawdown()
        trades.append(portfolio.trades.count().to_numpy())
        equity.append(portfolio.final_value().to_numpy() / 10_000)
    return Outcome(np.concatenate(trades), np.concatenate(equity))
