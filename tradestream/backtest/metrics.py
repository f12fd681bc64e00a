"""Metrics of many genomes from the sums of their trades, all at once.

Undefined values (no trade, no loss) are NaN in the arrays here and None in
everything that is reported.
"""

from dataclasses import dataclass

import numpy as np

from tradestream.backtest import trades
from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries, Floats

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
    return None if np.isnan(value) else float(value)


def metrics_of(sums: Floats, market: Market, costs: Costs) -> dict[str, Floats]:
    """Return arrays of shape (g,) by name, in the order of METRICS.

    Args:
        sums: Shape (g, SUMS), as `trades.sum_trades` writes them.
        market: The window.
        costs: Fee and slippage that the sums were made with.
    """
    s = np.ascontiguousarray(sums.T)
    n, returns, year = market.bars, market.bars - 1.0, market.bars_a_year
    count, ratio, r = s[trades.TRADES], s[trades.RATIO], s[trades.SUM_R]
    with np.errstate(divide="ignore", invalid="ignore"):
        traded = np.where(count > 0, 1.0, np.nan)
        mean = r / returns
        spread = _spread(s[trades.SUM_R2], r, returns) * traded
        fall = np.sqrt(s[trades.SUM_FALL2] / returns) * traded
        exposure = s[trades.HELD] / n
        alpha, beta = _regression(r, s[trades.SUM_RM], market, traded)
        lost = np.where(s[trades.LOST] > 0, s[trades.LOST], np.nan)
        even = 1 - (1 - costs.fee) * ratio ** (-0.5 / count)
        values = (
            count,
            STARTING_CASH * ratio,
            ratio - 1,
            _over(mean, spread) * np.sqrt(year),
            _over(mean, fall) * np.sqrt(year),
            -np.expm1(-s[trades.LOG_FALL]),
            spread * np.sqrt(year),
            s[trades.WINS] / count,
            s[trades.WON] / lost,
            exposure,
            s[trades.NOTIONAL] * n / s[trades.SUM_EQUITY],
            np.full(len(count), market.buy_and_hold),
            alpha * year,
            beta,
            even * 10_000 * traded,
            excess_sharpe_bar(sums, market) * np.sqrt(year),
            s[trades.SUM_TRADE_RETURN] / count,
        )
    return dict(zip(METRICS, values, strict=True))


def excess_sharpe_bar(sums: Floats, market: Market) -> Floats:
    """Return the Sharpe ratio a bar of x = r − p̄·m; NaN without a trade.

    The same arithmetic as `trades.excess_sharpe`, bit for bit.
    """
    count = market.bars - 1.0
    share = sums[:, trades.HELD] / market.bars
    square = sums[:, trades.SUM_R2]
    total = sums[:, trades.SUM_R] - share * market.total
    all_squares = square + share * (
        share * market.square - 2.0 * sums[:, trades.SUM_RM]
    )
    spread = all_squares - total * total / count
    varies = spread > 1e-13 * square
    safe = np.where(varies, spread, 1.0)
    value = np.where(varies, total / count / np.sqrt(safe / (count - 1.0)), 0.0)
    return np.where(sums[:, trades.TRADES] > 0, value, np.nan)


def _spread(square: Floats, total: Floats, count: float) -> Floats:
    """Return the standard deviation (ddof 1) from Σ² and Σ."""
    variance = (square - total * total / count) / (count - 1)
    return np.sqrt(np.maximum(variance, 0.0))


def _over(value: Floats, by: Floats) -> Floats:
    return np.where(by > 1e-15, value / by, np.nan)


def _regression(
    r: Floats, rm: Floats, market: Market, traded: Floats
) -> tuple[Floats, Floats]:
    """Return intercept and slope of r on m a bar, by least squares."""
    returns = market.bars - 1.0
    variance = market.square - market.total * market.total / returns
    if variance <= 0:
        nothing = np.full(len(r), np.nan)
        return nothing, nothing
    beta = (rm - r * market.total / returns) / variance * traded
    return (r - beta * market.total) / returns, beta
