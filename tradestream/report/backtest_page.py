"""The page of one backtest: its numbers, charts, and trades."""

from typing import TYPE_CHECKING

from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries, interval_label, to_datetime
from tradestream.instruments import Instrument
from tradestream.report import tables, words
from tradestream.report.charts import Budget, chart_data
from tradestream.report.html import Markup, element, fragment
from tradestream.report.market_section import chart_box
from tradestream.report.page import document
from tradestream.report.series import price_digits

if TYPE_CHECKING:
    from tradestream.backtest.report import Backtest

TRADES_SHOWN = 200
_KEY = "backtest"
_PERCENT = {
    "total_return": "Net return",
    "buy_and_hold_return": "Buy and hold",
    "max_drawdown": "Deepest drawdown",
    "volatility": "Volatility a year",
    "alpha": "Alpha a year",
    "win_rate": "Trades that gained",
    "exposure": "Time in the market",
    "average_trade": "Average trade",
}
_NUMBER = {
    "sharpe": "Sharpe",
    "sortino": "Sortino",
    "excess_sharpe": "Excess Sharpe",
    "profit_factor": "Profit factor",
    "beta": "Beta",
    "turnover": "Turnover",
    "break_even_fee_bps": "Break-even fee, bps",
}


def backtest_page(
    result: "Backtest", series: CandleSeries, instrument: Instrument, costs: Costs
) -> str:
    """Return one self-contained HTML page about a backtest of `series`."""
    digits = price_digits(instrument.price_tick, float(series.closes[-1]))
    charts = {_KEY: chart_data(series, digits, Budget.of(1), result)}
    title = f"{result.strategy} on {series.symbol}"
    body = element(
        "section",
        element(
            "header",
            element("h1", title),
            element("p", words.parameters(result.parameters), class_="what"),
            element("p", _lead(result, series, costs), class_="lead"),
            class_="hero",
        ),
        _figures(result),
        chart_box(
            "candles",
            _KEY,
            "Candles and trades",
            zoom="recent" in charts[_KEY],
            note="▲ entry, ▼ exit, green when it gained",
        ),
        chart_box("equity", _KEY, "Equity against buy-and-hold, net of costs"),
        chart_box("drawdown", _KEY, "Drawdown"),
        element("h2", "Trades"),
        _trades(result),
        class_="view",
        data_symbol=series.symbol,
    )
    return document(f"{title} · TradeStream", body, charts)


def _lead(result: "Backtest", series: CandleSeries, costs: Costs) -> str:
    first, last = (
        to_datetime(int(series.open_times[i])).strftime("%Y-%m-%d %H:%M")
        for i in (0, -1)
    )
    missing = f" ({result.missing:,} missing)" if result.missing else ""
    return (
        f"{result.bars:,} bars of {interval_label(series.interval_seconds)}{missing} "
        f"from {first} to {last} UTC; fee {costs.fee_bps:g} and slippage "
        f"{costs.slippage_bps:g} basis points a side. The past alone proves nothing: "
        "see tradestream search."
    )


def _figures(result: "Backtest") -> Markup:
    metrics = result.metrics
    figures = [("Trades", words.count(metrics["trades"]))]
    figures += [("Final equity", words.number(metrics["final_equity"]))]
    figures += [
        (label, words.percent(metrics.get(name), 2)) for name, label in _PERCENT.items()
    ]
    figures += [(label, words.number(metrics.get(n))) for n, label in _NUMBER.items()]
    return element(
        "dl",
        (
            element("div", element("dt", label), element("dd", value))
            for label, value in figures
        ),
        class_="cards",
    )


def _trades(result: "Backtest") -> Markup:
    if not result.trades:
        return tables.empty("It never traded on these bars.")
    columns = (
        tables.Column("Entry"),
        tables.Column("Price", True),
        tables.Column("Exit"),
        tables.Column("Price", True),
        tables.Column("Return", True, "net of fees and slippage"),
    )
    newest = result.trades[::-1][:TRADES_SHOWN]
    rows = [
        (
            words.moment(trade.entry_time),
            words.price(trade.entry_price),
            words.moment(trade.exit_time),
            words.price(trade.exit_price),
            element(
                "span",
                words.percent(trade.net_return, 2, sign=True),
                class_="gain" if trade.net_return > 0 else "loss",
            ),
        )
        for trade in newest
    ]
    more = len(result.trades) - len(newest)
    return fragment(
        tables.table(columns, rows),
        element("p", f"and {more:,} earlier", class_="more") if more else None,
    )
