"""Metrics of many genomes from the sums of their trades, all at once.

Undefined values (no trade, no loss) are NaN in the arrays here and None in
everything that is reported.
"""

from dataclasses import dataclass

import numpy as np

from tradestream.backtest import trades
from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries, Floats
from tradestream.indicators.compiled import entry_point, inlined

Number = int | float | None

STARTING_CASH = 10_000.0
SECONDS_A_YEAR = 365 * 86_400

METRICS = (
    "trades",
    "final_equity",
    "total_return",
    "sharpe",
    "sortino",
    "max_drawdown",
    "volatility",
    "win_rate",
    "profit_factor",
    "exposure",
    "turnover",
    "buy_and_hold_return",
    "alpha",
    "beta",
    "break_even_fee_bps",
    "excess_sharpe",
    "average_trade",
)


@dataclass(frozen=True, slots=True)
class Market:
    """What metrics need to know of the window.

    Attributes:
        bars: How many bars there are.
        bars_a_year: Bars of 365 days without a hole.
        total: Σ m, the market's simple returns of a bar.
        square: Σ m².
        buy_and_hold: Last close ÷ first close − 1.
    """

    bars: int
    bars_a_year: float
    total: float
    square: float
    buy_and_hold: float


def market_of(series: CandleSeries, returns: Floats) -> Market:
    """Return what metrics need to know of a series.

    Args:
        series: Two bars or more.
        returns: Shape (n,), the market's simple return of each bar, 0 of the first.
    """
    return Market(
        len(series),
        SECONDS_A_YEAR / series.interval_seconds,
        float(np.sum(returns)),
        float(np.sum(returns * returns)),
        float(series.closes[-1] / series.closes[0] - 1),
    )


def reported(name: str, value: float) -> Number:
    """Return a metric as it is reported: None for NaN, trades as a whole number."""
    if name == "trades":
        return int(value)
    return None if value != value else float(value)


def metrics_of(
    sums: Floats, market: Market, costs: Costs
) -> tuple[dict[str, Floats], Floats]:
    """Return arrays of shape (g,) by name, in the order of METRICS.

    Args:
        sums: Shape (g, SUMS), as `trades.sum_trades` writes them.
        market: The window.
        costs: Fee and slippage that the sums were made with.

    Returns:
        The metrics; and of each genome the Sharpe ratio a bar of x = r − p̄·m,
        NaN without a trade, as `trades.excess_sharpe` has it.
    """
    out = np.empty((len(METRICS) + 1, len(sums)))
    _measure(
        sums, market.bars, market.bars_a_year, market.total, market.square,
        market.buy_and_hold, out,
    )  # fmt: skip
    values = dict(zip(METRICS, out, strict=False))
    # Powers are what NumPy does many times faster than a compiled loop.
    with np.errstate(divide="ignore", invalid="ignore"):
        fall = values["max_drawdown"]
        np.negative(np.expm1(np.negative(fall, out=fall), out=fall), out=fall)
        even = values["break_even_fee_bps"]
        kept = (sums[:, trades.RATIO] ** even) * (1 - costs.fee)
        np.multiply(1 - kept, 10_000, out=even)
        even[values["trades"] == 0] = np.nan
    return values, out[-1]


@entry_point
def _measure(
    sums: Floats, bars: int, year: float, market: float, square: float,
    buy_and_hold: float, out: Floats,
) -> None:  # fmt: skip
    """Write every metric; in place of two of them what a power is taken of.

    Args:
        sums: Shape (g, SUMS).
        bars: Bars of the window.
        year: Bars of a year.
        market: Σ m.
        square: Σ m².
        buy_and_hold: The market's return.
        out: Shape (METRICS + 1, g), written; the last row a bar's excess Sharpe.
    """
    count = bars - 1.0
    yearly = np.sqrt(year)
    for g in range(sums.shape[0]):
        s = sums[g]
        traded = s[trades.TRADES] > 0
        r = s[trades.SUM_R]
        variance = (s[trades.SUM_R2] - r * r / count) / (count - 1)
        spread = np.sqrt(max(variance, 0.0)) if traded else np.nan
        fall = np.sqrt(s[trades.SUM_FALL2] / count) if traded else np.nan
        alpha, beta = _regression(r, s[trades.SUM_RM], count, market, square, traded)
        sharpe = _sharpe(sums, g, bars, market, square)
        lost = s[trades.LOST]
        out[0, g] = s[trades.TRADES]
        out[1, g] = STARTING_CASH * s[trades.RATIO]
        out[2, g] = s[trades.RATIO] - 1
        out[3, g] = _over(r / count, spread) * yearly
        out[4, g] = _over(r / count, fall) * yearly
        out[5, g] = s[trades.LOG_FALL]
        out[6, g] = spread * yearly
        out[7, g] = s[trades.WINS] / s[trades.TRADES]
        out[8, g] = s[trades.WON] / lost if lost > 0 else np.nan
        out[9, g] = s[trades.HELD] / bars
        out[10, g] = s[trades.NOTIONAL] * bars / s[trades.SUM_EQUITY]
        out[11, g] = buy_and_hold
        out[12, g] = alpha * year
        out[13, g] = beta
        out[14, g] = -0.5 / s[trades.TRADES]
        out[15, g] = sharpe * yearly
        out[16, g] = s[trades.SUM_TRADE_RETURN] / s[trades.TRADES]
        out[17, g] = sharpe


def excess_sharpe_bar(sums: Floats, market: Market) -> Floats:
    """Return the Sharpe ratio a bar of x = r − p̄·m; NaN without a trade.

    Args:
        sums: Shape (g, SUMS).
        market: The window.
    """
    out = np.empty(len(sums))
    _write_sharpes(sums, market.bars, market.total, market.square, out)
    return out


@entry_point
def _write_sharpes(
    sums: Floats, bars: int, market: float, square: float, out: Floats
) -> None:
    for g in range(sums.shape[0]):
        out[g] = _sharpe(sums, g, bars, market, square)


@inlined
def _sharpe(sums: Floats, g: int, bars: int, market: float, square: float) -> float:
    if sums[g, trades.TRADES] == 0:
        return np.nan
    address = sums.ctypes.data + 8 * trades.SUMS * g
    return trades.excess_sharpe(address, bars, market, square)


@inlined
def _over(value: float, by: float) -> float:
    return value / by if by > 1e-15 else np.nan


@inlined
def _regression(
    r: float, rm: float, count: float, market: float, square: float, traded: bool
) -> tuple[float, float]:
    """Return intercept and slope of r on m a bar, by least squares."""
    variance = square - market * market / count
    if variance <= 0 or not traded:
        return np.nan, np.nan
    beta = (rm - r * market / count) / variance
    return (r - beta * market) / count, beta
