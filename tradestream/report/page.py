"""The whole page: one self-contained HTML file that loads nothing from anywhere."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from tradestream.report.html import Markup, data_script, element, fragment, raw
from tradestream.report.market_section import market_section
from tradestream.report.model import Portfolio
from tradestream.report.overview import overview

_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data:; base-uri 'none'; form-action 'none'"
)
_STYLES = ("vendor/uplot.css", "assets/page.css")
_SCRIPTS = ("vendor/lightweight-charts.js", "vendor/uplot.js", "assets/page.js")


def portfolio_page(
    portfolio: Portfolio, *, refresh_seconds: int | None = None, served: bool = False
) -> str:
    """Return the report page.

    Args:
        portfolio: What it says, with charts.
        refresh_seconds: How often the page reads itself again where it is served;
            None for a file.
        served: Whether the pages of strategies are to be had at `/strategy/<id>`.
    """
    symbols = [market.symbol for market in portfolio.markets]
    switcher = element(
        "label",
        element("span", "Market", class_="visually-hidden"),
        element(
            "select",
            element("option", "All markets", value=""),
            (element("option", symbol, value=symbol) for symbol in symbols),
            id="switcher",
        ),
    )
    body = (
        overview(portfolio, served=served),
        (
            market_section(market, portfolio.as_of, served=served)
            for market in portfolio.markets
        ),
    )
    charts = {market.symbol: market.charts for market in portfolio.markets}
    as_of = portfolio.as_of.strftime("%Y-%m-%d %H:%M:%S UTC")
    return document(
        "TradeStream",
        fragment(*body),
        charts,
        top=fragment(switcher, element("span", as_of, class_="as-of")),
        refresh_seconds=refresh_seconds,
    )


def document(
    title: str,
    body: Markup,
    charts: Mapping[str, Any],
    *,
    top: Markup | None = None,
    refresh_seconds: int | None = None,
    home: str = "#",
) -> str:
    """Return a complete HTML document with styles, scripts, and chart data inside."""
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        element("title", title),
        (element("style", raw(_asset(name))) for name in _STYLES),
    )
    page = element(
        "body",
        element(
            "nav",
            element("a", "TradeStream", href=home, class_="wordmark"),
            top,
            class_="top",
        ),
        element("main", body),
        _footer(),
        data_script("charts", charts),
        (element("script", raw(_asset(name))) for name in _SCRIPTS),
        data_refresh=refresh_seconds,
    )
    return "<!doctype html>\n" + element("html", head, page, lang="en") + "\n"


def _footer() -> Markup:
    return element(
        "footer",
        element("p", "Backtests are net of fees and slippage. Nothing here is advice."),
        element(
            "p",
            "Candle charts: TradingView Lightweight Charts™, Copyright (c) 2026 "
            "TradingView, Inc., ",
            element("a", "tradingview.com", href="https://www.tradingview.com/"),
            ", Apache License 2.0. Line charts: uPlot, MIT License.",
        ),
    )


@cache
def _asset(name: str) -> str:
    return files("tradestream.report").joinpath(name).read_text(encoding="utf-8")
