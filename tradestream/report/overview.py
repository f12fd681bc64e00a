"""The first screen: how many markets hold a proven edge, and how each one stands."""

from datetime import datetime, timedelta

from tradestream.report import tables, words
from tradestream.report.gate_tables import verdicts
from tradestream.report.html import Markup, element, fragment
from tradestream.report.model import STATUSES, Market, Portfolio
from tradestream.report.series import sparkline

_READING = (
    "A search over past bars always finds something. So nothing counts before it is "
    "proven: by a history exam (a fixed set of designs, and a line that the best of "
    "them crosses by chance only rarely), or on probation (a bet on bars that did not "
    "exist when it was registered). The two doors together are built so that of "
    "markets without an edge at most 5 % ever get a validated strategy, however long "
    "discovery runs and however often anyone looks."
)
_PLURALS = {"probation": "on probation", "candidate": "candidates"}
_CONFIDENCE = (
    "Confidence ranks strategies, it proves nothing: performance is the evidence seen "
    "so far, shrunk by its error; frequency is how often the strategy or a neighbour "
    "was found again on other spans; recency is how new its newest evaluation is."
)
STALE_AFTER = timedelta(minutes=5)


def overview(portfolio: Portfolio, *, served: bool = False) -> Markup:
    """Return the overview of all markets."""
    return element(
        "section",
        _headline(portfolio),
        _figures(portfolio),
        element("h2", "Markets"),
        _markets(portfolio),
        fragment(
            element("h2", "Exams of all markets together"),
            tables.exams(portfolio.pooled),
        )
        if portfolio.pooled
        else None,
        element("h2", "How the gate's verdicts did on paper"),
        verdicts([record for m in portfolio.markets for record in m.paper]),
        element("h2", "Sized positions"),
        tables.positions(portfolio.positions[:40], link=True, served=served),
        element("h2", "Newest signals"),
        tables.signals(portfolio.signals, link=True, shown=20, served=served),
        _reading(),
        id="overview",
        class_="view",
    )


def status_bar(market: Market) -> Markup | str:
    """Return the strategies of a market by status, as a bar and in numbers."""
    total = sum(market.counts.values())
    if not total:
        return element("span", "none yet", class_="muted")
    held = [s for s in STATUSES if market.counts.get(s)]
    bar = (
        element(
            "i", class_=s, style=f"flex-grow:{max(market.counts[s] / total, 0.02):.3f}"
        )
        for s in held
    )
    text = ", ".join(f"{market.counts[s]:,} {_PLURALS.get(s, s)}" for s in held)
    return fragment(
        element("span", bar, class_="bar", aria_hidden="true"),
        element("span", text, class_="detail"),
    )


def ingestion_state(market: Market, as_of: datetime) -> Markup | str:
    """Return the last bar and what is missing, in words."""
    held = market.ingestion
    if held is None:
        return element("span", "no bars yet", class_="muted")
    age = as_of - held.last_bar_at - timedelta(minutes=1)
    late = age > STALE_AFTER
    gaps = [
        f"{words.plural(held.own_gap_minutes, 'minute')} to fetch"
        if held.own_gap_minutes
        else None,
        f"{words.plural(held.venue_hole_minutes, 'minute')} never at the venue"
        if held.venue_hole_minutes
        else None,
    ]
    old = element("span", f"{words.duration(age)} old", class_="badge warn")
    return fragment(
        words.moment(held.last_bar_at),
        fragment(" ", old) if late else None,
        element(
            "span", "; ".join(g for g in gaps if g) or "no gap", class_="detail"
        ),
    )  # fmt: skip


def kind_tag(market: Market) -> Markup:
    """Return what a market is: recorded, planted, no edge, or not known."""
    return fragment(_kind(market), element("span", _name(market), class_="detail"))


def _kind(market: Market) -> Markup | None:
    if market.product is None:
        return None
    kind = market.product.kind
    return element("span", kind, class_=f"kind {kind.replace(' ', '-')}")


def _name(market: Market) -> str:
    return market.product.name if market.product else "not described by the venue"


def _headline(portfolio: Portfolio) -> Markup:
    total = len(portfolio.markets)
    proven = sum(1 for m in portfolio.markets if m.counts.get("validated"))
    if not total:
        title = "No markets yet."
        text = "Bars appear here a minute after candle_ingestor first runs."
    elif not proven:
        title = f"None of {words.plural(total, 'market')} holds a proven edge yet."
        text = "Everything found stays on paper until its evidence crosses the line."
    else:
        verb = "holds" if proven == 1 else "hold"
        title = f"{proven} of {words.plural(total, 'market')} {verb} a proven edge."
        text = "Every other find stays on paper until its evidence crosses the line."
    return element(
        "header", element("h1", title), element("p", text, class_="lead"), class_="hero"
    )


def _figures(portfolio: Portfolio) -> Markup:
    markets = portfolio.markets
    status = {s: sum(m.counts.get(s, 0) for m in markets) for s in STATUSES}
    day = portfolio.as_of - timedelta(hours=24)
    figures = (
        ("bars", words.count(sum(m.ingestion.bars for m in markets if m.ingestion))),
        ("trials", words.count(sum(_trials(m) for m in markets))),
        ("found", words.count(sum(status.values()))),
        ("probation", words.count(status["probation"])),
        ("validated", words.count(status["validated"])),
        ("sized, USD", words.count(sum(p.size for p in portfolio.positions))),
        (
            "signals, 24 h",
            words.count(sum(1 for s in portfolio.signals if s.bar_open_at >= day)),
        ),
    )
    return element(
        "dl",
        (
            element("div", element("dt", name), element("dd", value))
            for name, value in figures
        ),
        class_="figures",
    )


def _trials(market: Market) -> int:
    """Return how many genomes were tried here, by searches and by exams."""
    return market.trials + sum(exam.genomes or 0 for exam in market.exams)


def _markets(portfolio: Portfolio) -> Markup:
    if not portfolio.markets:
        return tables.empty("The candle store is empty.")
    columns = (
        tables.Column("Market"),
        tables.Column("What it is"),
        tables.Column("Price, all bars"),
        tables.Column("Strategies"),
        tables.Column("Where the proof stands"),
        tables.Column("Last bar"),
    )
    rows = [
        (
            fragment(tables.market_link(market.symbol), _kind(market)),
            element("span", _name(market), class_="detail"),
            sparkline(market.charts.get("spark", [])),
            status_bar(market),
            fragment(
                tables.badge("validated") if market.counts.get("validated") else None,
                element("span", words.verdict(market), class_="verdict"),
            ),
            ingestion_state(market, portfolio.as_of),
        )
        for market in portfolio.markets
    ]
    return element("div", tables.table(columns, rows), class_="markets")


def _reading() -> Markup:
    return element(
        "details",
        element("summary", "How to read this page"),
        element("p", _READING),
        element("p", _CONFIDENCE),
        element(
            "dl",
            (
                element("div", element("dt", tables.badge(s)), element("dd", text))
                for s, text in words.STATUS_MEANING.items()
            ),
        ),
        class_="reading",
    )
