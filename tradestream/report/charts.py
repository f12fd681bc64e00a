"""The data behind the charts of one market: candles, trades, equity, drawdown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tradestream.backtest.costs import Costs
from tradestream.candle_store.port import CandleStore
from tradestream.candles import CandleSeries, parse_interval
from tradestream.errors import InvalidDataError
from tradestream.instruments import Instrument
from tradestream.report import series as shorten
from tradestream.report.model import Market, Portfolio, StrategyRow

if TYPE_CHECKING:
    from tradestream.backtest.report import Backtest

RECENT = timedelta(hours=48)
LONGEST = timedelta(days=90)
"""What is drawn of a market without strategies; others begin at the anchor."""

TRADES_SHOWN = 300
NEAR_BARS = 288
_TOTAL_BARS = 9_000
"""Bars drawn on the whole page together; a market's share lies within 240 to 900."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How many points one market may draw."""

    bars: int

    @classmethod
    def of(cls, markets: int) -> "Budget":
        """Return the share of each of `markets` markets."""
        return cls(min(max(_TOTAL_BARS // max(markets, 1), 240), 900))


def with_charts(portfolio: Portfolio, candles: CandleStore) -> Portfolio:
    """Return `portfolio` with the chart data of every market."""
    budget = Budget.of(len(portfolio.markets))
    markets = [
        replace(market, charts=_market_charts(market, candles, budget))
        for market in portfolio.markets
    ]
    return replace(portfolio, markets=markets)


def chart_data(
    bars: CandleSeries,
    digits: int,
    budget: Budget,
    backtest: "Backtest | None" = None,
) -> dict[str, Any]:
    """Return candles, near and whole, with the trades and equity of a backtest.

    Args:
        bars: The bars of the whole span.
        digits: Decimals of a price.
        budget: How much may be drawn.
        backtest: One of all of `bars`, or None.
    """
    end = bars.open_times[-1] + bars.interval_seconds
    first = int(bars.open_times.searchsorted(end - int(RECENT.total_seconds())))
    recent = bars.slice(first, len(bars))
    found: dict[str, Any] = {
        "digits": digits,
        "spark": shorten.spark_values(bars),
        "all": shorten.candle_columns(shorten.shortened(bars, budget.bars), digits),
    }
    if first > 0:
        near = shorten.shortened(recent, NEAR_BARS)
        found["recent"] = shorten.candle_columns(near, digits)
    if backtest is not None:
        found["equity"] = shorten.equity_columns(bars, backtest.equity, budget.bars)
        found["trades"] = _trades(backtest, digits)
        found["trade_count"] = len(backtest.trades)
    return found


def _market_charts(
    market: Market, candles: CandleStore, budget: Budget
) -> Mapping[str, Any]:
    if market.ingestion is None:
        return {}
    end = market.ingestion.last_bar_at + timedelta(minutes=1)
    best = market.best
    if best is None or best.anchor_at is None:
        start = max(market.ingestion.first_bar_at, end - LONGEST)
        bars = candles.read(market.symbol, 60, start, end)
        return chart_data(bars, _digits(bars, None), budget)
    seconds = parse_interval(best.interval)
    bars = candles.read(market.symbol, seconds, best.anchor_at, end)
    if not len(bars):
        return {}
    digits = _digits(bars, best.price_tick)
    try:
        backtest = _backtest(best, bars)
    except (InvalidDataError, ValueError) as e:
        return {**chart_data(bars, digits, budget), "problem": str(e)}
    return chart_data(bars, digits, budget, backtest)


def _backtest(best: StrategyRow, bars: CandleSeries) -> "Backtest":
    # Imported late: the engine takes longer to load than all the rest of the page.
    from tradestream.backtest.report import backtest

    instrument = Instrument(
        best.symbol, best.price_tick or 0.01, best.volume_lot or 1e-8
    )
    costs = Costs(
        fee_bps=10.0 if best.fee_bps is None else best.fee_bps,
        slippage_bps=2.0 if best.slippage_bps is None else best.slippage_bps,
    )
    return backtest(bars, instrument, costs, best.strategy_name, best.parameters)


def _trades(backtest: "Backtest", digits: int) -> list[list[float]]:
    """Return [entry time, price, exit time, price, return] of the newest trades."""
    return [
        [
            _seconds(trade.entry_time),
            round(trade.entry_price, digits),
            _seconds(trade.exit_time),
            round(trade.exit_price, digits),
            round(trade.net_return, 4),
        ]
        for trade in backtest.trades[-TRADES_SHOWN:]
    ]


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _digits(bars: CandleSeries, tick: float | None) -> int:
    return shorten.price_digits(tick, float(bars.closes[-1]) if len(bars) else 1.0)
