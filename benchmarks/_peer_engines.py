"""Peers at work: raptorbt, vectorbt through its API, and vectorbt's bare loop.

All fill at the next open with our fee and slippage, on one thread. Each gets
signals a chunk of genomes at a time; which chunk is best is for the caller to find.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks._peer_rows import Bits, Signals
from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries, Floats

CASH = 1e9
"""So much that costs of 90 days leave even the worst genome something to trade."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a peer says of each genome, in order.

    Attributes:
        trades: Round trips, an open position at the end included.
        equity: Final equity ÷ starting cash; None where it is not computed.
    """

    trades: NDArray[np.int64]
    equity: Floats | None


@dataclass(frozen=True, slots=True)
class Task:
    """What a peer is to run.

    Attributes:
        series: The bars.
        costs: Fee and slippage.
        genomes: Shape (g, p).
        signals: Entries and exits of some of them.
    """

    series: CandleSeries
    costs: Costs
    genomes: Floats
    signals: Signals


def _chunks(task: Task, size: int) -> Iterator[tuple[Bits, Bits]]:
    for first in range(0, len(task.genomes), size):
        yield task.signals(task.genomes[first : first + size])


def run_raptorbt(task: Task, chunk: int) -> Outcome:
    """Backtest with raptorbt's batch runner, all of its metrics included."""
    import raptorbt

    series = task.series
    config = raptorbt.BacktestConfig(
        initial_capital=CASH,
        fees=task.costs.fee,
        slippage=task.costs.slippage,
        fill_timing="next_bar_open",
        periods_per_year=525_600.0,
    )
    columns = (series.opens, series.highs, series.lows, series.closes, series.volumes)
    times = series.open_times * 1_000_000_000
    trades, equity = [], []
    for enter, leave in _chunks(task, chunk):
        items = [
            raptorbt.BatchSingleItem("", a, b)
            for a, b in zip(enter, leave, strict=True)
        ]
        for _, result in raptorbt.batch_single_backtest(times, *columns, items, config):
            trades.append(result.metrics.total_trades)
            equity.append(result.metrics.end_value / CASH)
    return Outcome(np.array(trades), np.array(equity))


def _late(mask: Bits) -> Bits:
    """Return signals a bar later, shape (n, g): what vectorbt fills at once."""
    moved = np.zeros(mask.T.shape, np.bool_)
    moved[1:] = mask[:, :-1].T
    return moved


def run_vectorbt(task: Task, chunk: int, engine: str) -> Outcome:
    """Backtest through vectorbt's API: trades, value, Sharpe ratio, drawdown."""
    import pandas as pd
    import vectorbt as vbt

    vbt.settings["engine"] = engine
    index = pd.to_datetime(task.series.open_times, unit="s", utc=True)
    opens, closes = (
        pd.Series(x, index) for x in (task.series.opens, task.series.closes)
    )
    trades, equity = [], []
    for masks in _chunks(task, chunk):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            portfolio = vbt.Portfolio.from_signals(
                closes,
                *(pd.DataFrame(_late(mask), index) for mask in masks),
                price=opens,
                fees=task.costs.fee,
                slippage=task.costs.slippage,
                init_cash=CASH,
                freq="1min",
            )
            portfolio.sharpe_ratio()
            portfolio.max_drawdown()
        trades.append(portfolio.trades.count().to_numpy())
        equity.append(portfolio.final_value().to_numpy() / CASH)
    return Outcome(np.concatenate(trades), np.concatenate(equity))


def run_bare(task: Task, chunk: int) -> Outcome:
    """Run vectorbt's compiled loop over signals alone: orders, and no metric."""
    from vectorbt.portfolio.nb import simulate_from_signals_nb

    opens, closes = (
        np.ascontiguousarray(x.reshape(-1, 1))
        for x in (task.series.opens, task.series.closes)
    )
    trades = []
    for masks in _chunks(task, chunk):
        enter, leave = (_late(mask) for mask in masks)
        n, count = enter.shape
        orders, _ = simulate_from_signals_nb(
            (n, count),
            np.ones(count, np.int64),
            np.full(count, CASH),
            np.zeros((n, count), np.int64),
            entries=enter,
            exits=leave,
            price=opens,
            close=closes,
            fees=np.asarray(task.costs.fee),
            slippage=np.asarray(task.costs.slippage),
            use_stops=False,
            max_orders=int(np.count_nonzero(enter) + np.count_nonzero(leave)) + 1,
        )
        per_genome = np.bincount(orders["col"], minlength=count)
        trades.append((per_genome + 1) // 2)
    return Outcome(np.concatenate(trades), None)
