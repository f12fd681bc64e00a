"""The tables of the page; on a phone each row becomes a card. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from tradestream.portfolio.confidence import evidence_progress
from tradestream.report import words
from tradestream.report.drawings import exam_strip
from tradestream.report.html import Child, Markup, element, fragment
from tradestream.report.model import (
    STATUSES,
    Claim,
    Exam,
    Market,
    Position,
    Signal,
    StrategyRow,
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, and whether it holds numbers."""

    label: str
    numeric: bool = False
    hint: str | None = None


def table(columns: Sequence[Column], rows: Sequence[Sequence[Child]]) -> Markup:
    """Return a table; each cell carries its heading for narrow screens."""
    head = element(
        "tr",
        (
            element(
                "th",
                column.label,
                scope="col",
                class_="number" if column.numeric else None,
                title=column.hint,
            )
            for column in columns
        ),
    )
    body = (
        element(
            "tr",
            (
                element(
                    "td",
                    cell,
                    data_label=column.label,
                    class_="number" if column.numeric else None,
                )
                for column, cell in zip(columns, row, strict=True)
            ),
        )
        for row in rows
    )
    return element(
        "div",
        element("table", element("thead", head), element("tbody", body)),
        class_="scroll",
    )


def empty(text: str) -> Markup:
    """Return what stands where a table would, in words."""
    return element("p", text, class_="empty")


def badge(status: str) -> Markup:
    """Return a status as a coloured word."""
    return element(
        "span",
        status,
        class_=f"badge {status if status in STATUSES else 'other'}",
        title=words.STATUS_MEANING.get(status),
    )


def market_link(symbol: str) -> Markup:
    """Return a link to the market's own part of the page."""
    return element("a", symbol, href=f"#{symbol}", class_="symbol")


def strategy_name(name: str, identity: str, *detail: Child, served: bool) -> Markup:
    """Return a strategy's name, a link where its page is served, and its short id.

    In a file there is nothing to link to: the command that writes its page is told.

    Args:
        name: Its type.
        identity: Its id.
        *detail: What stands under the name before the id.
        served: Whether `/strategy/<id>` is there.
    """
    link = element(
        "a" if served else "span",
        name,
        class_="name",
        href=f"/strategy/{identity}" if served else None,
        title=None if served else f"tradestream report --strategy {identity[:12]}",
    )
    return fragment(
        link,
        element("span", *detail, class_="detail") if detail else None,
        element("span", f"id {identity[:8]}", class_="detail id"),
    )


def strategy_command() -> Markup:
    """Return how the page of a strategy is had from a file."""
    return element(
        "p",
        "The page of one strategy, with evidence, exam, landscape, and robustness: ",
        element("code", "tradestream report --strategy ID"),
        class_="more",
    )


def _confidence(row: StrategyRow) -> Markup | str:
    """Return the score, and its parts as three small bars."""
    if row.score is None:
        return words.NOTHING
    parts = (
        ("performance", row.performance),
        ("frequency", row.frequency),
        ("recency", row.recency),
    )
    bars = (
        element(
            "span",
            element("i", style=f"width:{min(max(value or 0, 0), 1) * 100:.0f}%"),
            element("b", f"{name} {words.number(value)}"),
            class_="part",
        )
        for name, value in parts
    )
    return element(
        "div",
        element("strong", words.number(row.score)),
        element("span", bars, class_="parts"),
        class_="confidence",
    )


def strategies(market: Market, *, served: bool = False) -> Markup:
    """Return the strategies of a market with status, confidence, and results."""
    if not market.strategies:
        return empty(
            "Nothing found here yet. The search asks for strategies as soon as a "
            "window of bars is whole."
        )
    columns = (
        Column("Strategy"),
        Column("Status"),
        Column("Confidence", hint="0.6 performance + 0.25 frequency + 0.15 recency"),
        Column("Trades", True),
        Column("Net return", True),
        Column("Drawdown", True),
        Column("Excess Sharpe", True, "of timing: the market's own rise is taken out"),
    )
    rows = [
        (
            strategy_name(
                row.strategy_name,
                row.strategy_id,
                words.parameters(row.parameters),
                served=served,
            ),
            fragment(
                badge(row.status),
                element("span", row.reason, class_="detail"),
            ),
            _confidence(row),
            words.count(row.metrics.get("trades")),
            words.percent(row.metrics.get("total_return"), sign=True),
            words.percent(row.metrics.get("max_drawdown")),
            words.number(row.metrics.get("excess_sharpe"), 1),
        )
        for row in market.strategies
    ]
    more = sum(market.counts.values()) - len(market.strategies)
    return fragment(
        table(columns, rows),
        element("p", f"and {more:,} more on paper", class_="more")
        if more > 0
        else None,
        None if served else strategy_command(),
    )


def exams(found: Sequence[Exam]) -> Markup:
    """Return the history exams of a market, newest first."""
    if not found:
        return empty("No exam yet. It is asked for once the history is whole.")
    columns = (
        Column("Exam"),
        Column("Window"),
        Column("Designs", True, "with at least 10 round trips, of all examined"),
        Column("Best t", True),
        Column("Line", True, "critical value of the largest t under no edge"),
        Column("Passed", True),
        Column("t of the best", hint="dashed: the line; dot: the best; ticks: passed"),
        Column("In words"),
    )
    rows = [
        (
            f"{exam.number}" + (" (stale)" if exam.stale else ""),
            fragment(
                words.moment(exam.window_start_at),
                " – ",
                words.moment(exam.window_end_at),
            ),
            f"{words.count(exam.eligible)} of {words.count(exam.genomes)}",
            words.number(exam.best_t),
            words.number(exam.critical_value),
            words.count(exam.passes),
            exam_strip(exam.best_t, exam.critical_value, exam.passing_t),
            words.exam_result(exam),
        )
        for exam in found
    ]
    return table(columns, rows)


def claims(found: Sequence[Claim], shown: int = 12, *, served: bool = False) -> Markup:
    """Return the claims of a market, open ones with the most evidence first."""
    if not found:
        return empty("No claim yet. Claims are registered from 72 hours of bars on.")
    columns = (
        Column("Claim"),
        Column("Strategy"),
        Column("Born"),
        Column("Evidence", True, "wealth of a bet on the strategy since birth, from 1"),
        Column(
            "Line", True, "73.1·k² for the k-th claim, 65.8·k² without a pooled exam"
        ),
        Column("Way", hint="from 1 to the line, on a logarithmic scale"),
        Column("Trades", True),
        Column("Return", True),
        Column("State"),
    )
    rows = [
        (
            str(claim.number),
            strategy_name(claim.strategy_name, claim.strategy_id, served=served),
            words.moment(claim.born_at),
            words.evidence(claim.evidence),
            words.evidence(claim.threshold),
            meter(evidence_progress(claim.evidence, claim.threshold)),
            words.count(claim.trips),
            words.percent(claim.raw_return, 2, sign=True),
            claim.state + (f": {claim.closed_reason}" if claim.closed_reason else ""),
        )
        for claim in found[:shown]
    ]
    more = len(found) - len(rows)
    return fragment(
        table(columns, rows),
        element("p", f"and {more:,} more", class_="more") if more > 0 else None,
    )


def meter(share: float) -> Markup:
    """Return a share as a small bar, and in words."""
    return element(
        "span",
        element("i", style=f"width:{share * 100:.0f}%"),
        element("b", words.percent(share, 0)),
        class_="part meter",
    )


def positions(
    found: Sequence[Position], *, link: bool = False, served: bool = False
) -> Markup:
    """Return sized positions with the limit that held each of them down."""
    if not found:
        return empty("Nothing is sized: only validated strategies are.")
    columns = (
        Column("Market"),
        Column("Strategy"),
        Column("Size, USD", True),
        Column("Risk distance", True, "how far the price may fall against it"),
        Column("Held down by"),
        Column("Break-even fee", True, "a side, in basis points"),
        Column("As of"),
    )
    rows = [
        (
            market_link(p.symbol) if link else p.symbol,
            strategy_name(p.strategy_name, p.strategy_id, served=served),
            words.number(p.size),
            words.percent(float(p.risk_distance), 2),
            words.LIMITS.get(p.binding_limit, p.binding_limit),
            words.number(p.break_even_fee_bps, 1),
            words.moment(p.as_of),
        )
        for p in found
    ]
    return table(columns, rows)


def signals(
    found: Sequence[Signal],
    *,
    link: bool = False,
    shown: int = 12,
    served: bool = False,
) -> Markup:
    """Return the newest signals."""
    if not found:
        return empty("No signal yet: only sized strategies call for trades.")
    columns = (
        Column("Bar"),
        Column("Market"),
        Column("Strategy"),
        Column("Call"),
        Column("Price", True),
        Column("Size, USD", True),
        Column("Source"),
    )
    rows = [
        (
            words.moment(s.bar_open_at),
            market_link(s.symbol) if link else s.symbol,
            strategy_name(s.strategy_name, s.strategy_id, served=served),
            element("span", s.action, class_=f"call {s.action.lower()}"),
            words.price(s.reference_price),
            words.number(s.size),
            "replayed" if s.replayed else "live",
        )
        for s in found[:shown]
    ]
    return table(columns, rows)
