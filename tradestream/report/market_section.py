"""One market: its candles and trades, its equity, its strategies and their proof."""

from datetime import datetime

from tradestream.report import tables, words
from tradestream.report.gate_tables import ledger, verdicts
from tradestream.report.html import Markup, element, fragment
from tradestream.report.model import Ingestion, Market
from tradestream.report.overview import ingestion_state, kind_tag


def market_section(market: Market, as_of: datetime, *, served: bool = False) -> Markup:
    """Return the part of the page about one market."""
    return element(
        "section",
        element(
            "header",
            element("h1", market.symbol),
            element("p", kind_tag(market), class_="what"),
            element("p", words.verdict(market), class_="lead"),
            class_="hero",
        ),
        chart_blocks(market.symbol, market),
        element("h2", "Strategies"),
        tables.strategies(market, served=served),
        element("h2", "History exams"),
        tables.exams(market.exams),
        element("h2", "Claims on probation"),
        tables.claims(market.claims, served=served),
        element("h2", "How its verdicts did on paper"),
        verdicts(market.paper),
        element("h2", "Trials ledger"),
        ledger(market.ledger),
        element("h2", "Sized positions"),
        tables.positions(market.positions, served=served),
        element("h2", "Newest signals"),
        tables.signals(market.signals, served=served),
        element("h2", "Bars"),
        _ingestion(market, market.ingestion, as_of),
        id=f"market-{market.symbol}",
        class_="view market",
        data_symbol=market.symbol,
    )


def chart_blocks(key: str, market: Market) -> Markup:
    """Return the empty boxes that the page's script draws the charts into."""
    if "all" not in market.charts:
        return tables.empty("No bars to draw yet.")
    best = market.best
    drawn = "equity" in market.charts
    return fragment(
        chart_box(
            "candles",
            key,
            f"Candles and trades of {best.strategy_name}" if best else "Candles",
            zoom="recent" in market.charts,
            note=_trade_note(market) if drawn else None,
        ),
        fragment(
            chart_box(
                "equity",
                key,
                "Equity against buy-and-hold, net of costs",
                note=_equity_note(market),
            ),
            chart_box("drawdown", key, "Drawdown"),
        )
        if drawn
        else tables.empty(
            f"No equity to draw: {market.charts.get('problem', 'nothing found yet')}."
        ),
    )


def chart_box(
    kind: str, key: str, caption: str, *, zoom: bool = False, note: str | None = None
) -> Markup:
    """Return the box of one chart with its caption.

    Args:
        kind: candles, equity, or drawdown; the script knows these.
        key: Name of the chart data.
        caption: What is drawn.
        zoom: Whether the last 48 hours can be looked at on their own.
        note: What to know about it.
    """
    buttons = element(
        "span",
        element(
            "button", "48 h", type="button", data_span="recent", aria_pressed="true"
        ),
        element("button", "All", type="button", data_span="all", aria_pressed="false"),
        class_="spans",
    )
    return element(
        "figure",
        element(
            "figcaption",
            element("span", caption),
            element("span", note, class_="detail") if note else None,
            buttons if zoom else None,
        ),
        element("div", class_=f"chart {kind}", data_chart=kind, data_key=key),
    )


def _trade_note(market: Market) -> str:
    total = market.charts.get("trade_count", 0)
    shown = len(market.charts.get("trades", []))
    counted = words.plural(total, "trade")
    if shown < total:
        counted += f", the newest {shown} drawn"
    return f"{counted}: ▲ entry, ▼ exit, green when it gained"


def _equity_note(market: Market) -> str:
    equity = market.charts["equity"]
    return (
        f"strategy {words.percent(equity['own'][-1], sign=True)}, "
        f"market {words.percent(equity['hold'][-1], sign=True)}, "
        f"deepest drawdown {words.percent(-min(equity['own_drawdown']))}"
    )


def _ingestion(market: Market, held: Ingestion | None, as_of: datetime) -> Markup:
    if held is None:
        return tables.empty("No bars yet.")
    facts = (
        ("Last bar", ingestion_state(market, as_of)),
        ("First bar", words.moment(held.first_bar_at)),
        ("Bars held", words.count(held.bars)),
        ("Gaps to fetch", words.plural(held.own_gap_minutes, "minute")),
        ("Holes of the venue", words.plural(held.venue_hole_minutes, "minute")),
        ("Corrected by the venue", words.plural(held.corrected_bars, "bar")),
    )
    return element(
        "dl",
        (
            element("div", element("dt", name), element("dd", value))
            for name, value in facts
        ),
        class_="facts",
    )
