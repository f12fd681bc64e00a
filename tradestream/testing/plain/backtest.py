"""Backtests bar by bar and their metrics by the textbook, in 80-bit floats.

Shares no code with the engine.
"""

import math
from typing import Any

import numpy as np

from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries
from tradestream.testing.plain.rows import LONG
from tradestream.testing.plain.signals import Signals

_ROUNDING = 1e-15


def _long(values: Any) -> Any:
    return np.asarray(values, LONG)


def _sharpe(returns: Any) -> float:
    return float(np.mean(returns) / np.std(returns, ddof=1))


def _line(x: Any, y: Any) -> tuple[float, float]:
    """Return intercept and slope of y on x, by least squares."""
    away = x - np.mean(x)
    slope = np.sum(away * (y - np.mean(y))) / np.sum(away * away)
    return float(np.mean(y) - slope * np.mean(x)), float(slope)


class PlainBacktest:
    """A loop over bars: fill at the open what the last close said, mark at the close.

    Attributes:
        fills: Bar of each fill; the number of bars for a sale at the last close.
        equity: From 1, one entry a bar.
        held: Bars held.
        notional: Traded amount.
        returns: Net return of each trade.
        gains: Net gain of each trade.
        adverse: Adverse excursion of each trade.
    """

    def __init__(self, series: CandleSeries, costs: Costs, signals: Signals) -> None:
        fee, slip = LONG(costs.fee_bps) / 10_000, LONG(costs.slippage_bps) / 10_000
        opens, closes = list(_long(series.opens)), list(_long(series.closes))
        self.fills: list[int] = []
        self.equity: list[Any] = []
        self.returns: list[Any] = []
        self.gains: list[Any] = []
        self.adverse: list[Any] = []
        self.held, self.notional = 0, LONG(0)
        cash, units, stake, paid = LONG(1), LONG(0), LONG(0), LONG(0)
        lowest = math.inf
        todo = ""
        last = len(closes) - 1

        def sell(price: Any, bar: int) -> None:
            nonlocal cash, units
            traded = units * price * (1 - slip)
            cash, units = traded * (1 - fee), LONG(0)
            self.notional += traded
            self.fills.append(bar)
            gain = cash - stake
            self.gains.append(gain if abs(gain) > 1e-12 * stake else 0.0)
            self.returns.append(cash / stake - 1)
            self.adverse.append(1 - lowest / paid)

        for t in range(last + 1):
            if todo == "buy":
                stake, paid, lowest = cash, opens[t] * (1 + slip), math.inf
                units, cash = cash * (1 - fee) / paid, LONG(0)
                self.notional += units * paid
                self.fills.append(t)
            elif todo == "sell":
                sell(opens[t], t)
            if units:
                self.held += 1
                lowest = min(lowest, float(series.lows[t]))
            if t == last and units:
                sell(closes[t], t + 1)
            self.equity.append(cash + units * closes[t])
            todo = ""
            if units and signals[1][t]:
                todo = "sell"
            elif not units and signals[0][t]:
                todo = "buy"

    def metrics(self, series: CandleSeries, costs: Costs) -> dict[str, float | None]:
        """Return every reported number, by the textbook."""
        equity, n = _long(self.equity), len(self.equity)
        closes = _long(series.closes)
        r = np.diff(equity) / equity[:-1]
        m = np.diff(closes) / closes[:-1]
        year = 365 * 86_400 / series.interval_seconds
        x = r - LONG(self.held) / n * m
        flat = not np.any(m != m[0])
        alpha, beta = (None, None) if flat else _line(m, r)
        won = sum(g for g in self.gains if g > 0)
        lost = -sum(g for g in self.gains if g <= 0)
        fall = math.sqrt(float(np.mean(np.minimum(r, 0) ** 2)))
        count, fee = len(self.gains), LONG(costs.fee_bps) / 10_000
        high = np.maximum.accumulate(np.append(1.0, equity))[1:]
        always = {
            "trades": count,
            "final_equity": 10_000 * equity[-1],
            "total_return": equity[-1] - 1,
            "max_drawdown": float(np.max(1 - equity / high)),
            "exposure": self.held / n,
            "turnover": self.notional / np.mean(equity),
            "buy_and_hold_return": closes[-1] / closes[0] - 1,
        }
        undefined: dict[str, float | None] = dict.fromkeys(_IF_TRADED)
        if not count:
            return {k: float(v) for k, v in always.items()} | undefined
        still, level = np.std(r, ddof=1) < _ROUNDING, np.std(x, ddof=1) < _ROUNDING
        even = 1 - (1 - fee) * equity[-1] ** (-1 / (2 * count))
        found = always | {
            "sharpe": None if still else _sharpe(r) * math.sqrt(year),
            "sortino": float(np.mean(r)) / fall * math.sqrt(year)
            if fall > _ROUNDING
            else None,
            "volatility": float(np.std(r, ddof=1)) * math.sqrt(year),
            "win_rate": sum(g > 0 for g in self.gains) / count,
            "profit_factor": won / lost if lost else None,
            "alpha": None if alpha is None else float(alpha) * year,
            "beta": None if beta is None else float(beta),
            "break_even_fee_bps": even * 1e4,
            "excess_sharpe": 0.0 if level else _sharpe(x) * math.sqrt(year),
            "average_trade": float(np.mean(self.returns)),
            "adverse_excursion_p95": float(np.percentile(self.adverse, 95)),
        }
        return {k: None if v is None else float(v) for k, v in found.items()}

    def hourly(self, series: CandleSeries) -> np.ndarray:
        """Return Σ of net simple returns of each clock hour."""
        hours = series.open_times // 3600 - series.open_times[0] // 3600
        sums = _long(np.zeros(int(hours[-1]) + 1))
        for t in range(1, len(self.equity)):
            sums[hours[t]] += self.equity[t] / self.equity[t - 1] - 1
        return np.asarray(sums, np.float64)


_IF_TRADED = (
    "sharpe",
    "sortino",
    "volatility",
    "win_rate",
    "profit_factor",
    "alpha",
    "beta",
    "break_even_fee_bps",
    "excess_sharpe",
    "average_trade",
    "adverse_excursion_p95",
)
