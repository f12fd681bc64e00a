"""The page of a replayed life: what was tried, examined, claimed, and proven."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from tradestream.candles import HOUR_SECONDS, to_datetime, to_seconds
from tradestream.discovery.life import LivedExam
from tradestream.discovery.life_claims import LivedClaim
from tradestream.portfolio.confidence import evidence_progress
from tradestream.report import tables, words
from tradestream.report.exam_section import exam_figure
from tradestream.report.html import Child, Markup, element, fragment
from tradestream.report.life_stories import Lived, exam_story, stories_of
from tradestream.report.market_section import chart_box
from tradestream.report.page import document
from tradestream.report.story import Story
from tradestream.report.strategy_section import strategy_section

RESULTS_SHOWN = 40
CLAIMS_SHOWN = 12
_RACE_POINTS = 600
_KEY = "life"


def life_page(found: Mapping[str, Any], lived: Lived) -> str:
    """Return one self-contained page about a life.

    Args:
        found: What `report_life` returned, with robustness where it was computed.
        lived: The life.
    """
    stories = stories_of(found, lived)
    symbol = lived.whole.symbol
    racing = _racing(lived.life.claims)
    charts: dict[str, Any] = {story.key: story.charts for story in stories}
    if any(claim.evidence for claim in racing):
        charts[_KEY] = {"race": _race(racing)}
    switcher = element(
        "label",
        element("span", "Part", class_="visually-hidden"),
        element(
            "select",
            element("option", "The search", value=""),
            (
                element(
                    "option",
                    f"{place}. {story.strategy_name}, {story.status}",
                    value=story.key,
                )
                for place, story in enumerate(stories, start=1)
            ),
            id="switcher",
        ),
    )
    body = fragment(
        _overview(found, lived, racing, stories),
        (strategy_section(story) for story in stories),
    )
    end = to_datetime(lived.whole.open_times[-1] + lived.whole.interval_seconds)
    told = end.strftime("bars to %Y-%m-%d %H:%M UTC")
    return document(
        f"Search of {symbol} · TradeStream",
        body,
        charts,
        top=fragment(switcher, element("span", told, class_="as-of")),
    )


def _overview(
    found: Mapping[str, Any],
    lived: Lived,
    racing: Sequence[LivedClaim],
    stories: Sequence[Story],
) -> Markup:
    claims = lived.life.claims
    more = len(claims) - len(racing)
    return element(
        "section",
        element(
            "header",
            element("h1", f"Search of {lived.whole.symbol}"),
            element("p", _lead(found), class_="lead"),
            element("p", _bars(found, lived), class_="what"),
            class_="hero",
        ),
        _cards(found),
        element("h2", "History exams"),
        [_exam(exam) for exam in lived.life.exams]
        or tables.empty("No exam: one needs 7 whole days of bars."),
        element("h2", "Claims on probation"),
        chart_box(
            "race",
            _KEY,
            "Evidence of each claim as a share of the line that it must cross",
            note="logarithmic; those that came furthest",
        )
        if any(claim.evidence for claim in racing)
        else None,
        _claims(racing),
        element("p", f"and {more:,} more", class_="more") if more > 0 else None,
        element("h2", "Results"),
        _results(found, stories),
        element("p", f"{found['promise']}.", class_="more"),
        id="overview",
        class_="view",
        data_title=f"Search of {lived.whole.symbol}",
    )


def _lead(found: Mapping[str, Any]) -> str:
    proven = sum(1 for result in found["results"] if result["validated"])
    if proven:
        return f"{words.plural(proven, 'strategy is', 'strategies are')} proven."
    if not found["results"]:
        return "Nothing that trades was found."
    return "Nothing is proven: what the search found may be luck."


def _bars(found: Mapping[str, Any], lived: Lived) -> str:
    first = to_datetime(lived.lived.open_times[0]).strftime("%Y-%m-%d %H:%M")
    last = lived.end.strftime("%Y-%m-%d %H:%M")
    told = (
        f"{len(lived.lived):,} bars of {first} to {last} UTC, fee "
        f"{lived.costs.fee_bps:g} and slippage {lived.costs.slippage_bps:g} basis "
        "points a side"
    )
    if found["holdout"] is not None:
        kept = words.count(found["holdout"]["bars"])
        told += f"; the newest {kept} bars were kept out of everything"
    return f"{told}."


def _cards(found: Mapping[str, Any]) -> Markup:
    results = found["results"]
    figures = (
        ("Genomes tried", words.count(found["trials"])),
        ("Exams", words.count(len(found["exams"]))),
        ("Claims", words.count(len(found["claims"]))),
        ("Results", words.count(len(results))),
        ("Validated", words.count(sum(1 for r in results if r["validated"]))),
    )
    return element(
        "dl",
        (
            element("div", element("dt", name), element("dd", value))
            for name, value in figures
        ),
        class_="cards",
    )


def _results(found: Mapping[str, Any], stories: Sequence[Story]) -> Markup:
    results = found["results"]
    if not results:
        return tables.empty("Nothing that trades was found.")
    keys = {(s.strategy_name, str(dict(s.parameters))): s.key for s in stories}
    kept_out = found["holdout"] is not None
    columns = (
        tables.Column("Strategy"),
        tables.Column("Status"),
        tables.Column("Trades", True),
        tables.Column("Net return", True),
        tables.Column("Drawdown", True),
        tables.Column("Excess Sharpe", True, "annual, all bars of the life"),
        tables.Column("Deflated", True, "Deflated Sharpe Ratio, a probability"),
        *([tables.Column("Held out", True, "net return, trades")] if kept_out else []),
    )
    rows = []
    for result in results[:RESULTS_SHOWN]:
        metrics = result["metrics"]
        key = keys.get((result["strategy"], str(result["parameters"])))
        cells: list[Child] = [
            fragment(
                element(
                    "a" if key else "span",
                    result["strategy"],
                    class_="name",
                    href=f"#{key}" if key else None,
                ),
                element(
                    "span", words.parameters(result["parameters"]), class_="detail"
                ),
            ),
            fragment(
                tables.badge(result["status"]),
                element("span", _why(result), class_="detail"),
            ),
            words.count(metrics["trades"]),
            words.percent(metrics["total_return"], sign=True),
            words.percent(metrics["max_drawdown"]),
            words.number(result["excess_sharpe"], 1),
            words.percent(result["deflated_sharpe"], 0),
        ]
        if kept_out:
            held = result["holdout"]
            gained = words.percent(held["total_return"], sign=True)
            cells.append(f"{gained}, {held['trades']:,}")
        rows.append(cells)
    more = len(results) - len(rows)
    return fragment(
        tables.table(columns, rows),
        element("p", f"and {more:,} more (--output json has all)", class_="more")
        if more > 0
        else None,
    )


def _why(result: Mapping[str, Any]) -> str:
    """Return the reasons, but not that a candidate was found: that is no news."""
    reasons = result["reasons"]
    return "; ".join(reasons[1:] if result["status"] == "candidate" else reasons)


def _exam(exam: LivedExam) -> Markup:
    marks = [
        (passed.t, f"best: {passed.strategy_name}" if place == 0 else "")
        for place, passed in enumerate(exam.outcome.passing)
    ]
    return exam_figure(exam_story(exam, None), marks)


def _racing(claims: Sequence[LivedClaim]) -> list[LivedClaim]:
    """Return the claims that came furthest, by the best that each ever reached."""
    return sorted(
        claims,
        key=lambda one: (
            -max([*one.evidence, 1e-9]) / one.claim.threshold,
            one.claim.number,
        ),
    )[:CLAIMS_SHOWN]


def _race(racing: Sequence[LivedClaim]) -> dict[str, Any]:
    """Return evidence ÷ line of each claim over common times, for the script."""
    hour = timedelta(seconds=HOUR_SECONDS)
    drawn = [one for one in racing if one.evidence]
    first = min(one.claim.born_at for one in drawn)
    last = max(one.claim.born_at + len(one.evidence) * hour for one in drawn)
    hours = (last - first) // hour
    block = max(1, -(-hours // _RACE_POINTS))
    points = range(block, hours + 1, block)
    claims = []
    for one in drawn:
        begin = (one.claim.born_at - first) // hour
        values = [
            one.evidence[point - begin - 1] / one.claim.threshold
            if 0 < point - begin <= len(one.evidence)
            else None
            for point in points
        ]
        claims.append(
            {
                "label": f"{one.claim.number} {one.find.strategy_name}",
                "e": [
                    None if v is None else float(f"{max(v, 1e-7):.3g}") for v in values
                ],
            }
        )
    times = {
        "start": to_seconds(first) + block * HOUR_SECONDS,
        "step": block * HOUR_SECONDS,
        "gaps": [1] * (len(points) - 1),
    }
    return {"times": times, "claims": claims}


def _claims(racing: Sequence[LivedClaim]) -> Markup:
    if not racing:
        return tables.empty(
            "No claim: they begin at hour 72, and need 10 trips and a gain in training."
        )
    columns = (
        tables.Column("Claim"),
        tables.Column("Strategy"),
        tables.Column("Born"),
        tables.Column("Evidence", True, "wealth of a bet on the strategy, from 1"),
        tables.Column("Line", True, "it grows with k² for the k-th claim"),
        tables.Column("Way", hint="from 1 to the line, on a logarithmic scale"),
        tables.Column("Trades", True),
        tables.Column("State"),
    )
    rows = [
        (
            str(one.claim.number),
            fragment(
                element("span", one.find.strategy_name, class_="name"),
                element("span", words.parameters(one.find.parameters), class_="detail"),
            ),
            words.moment(one.claim.born_at),
            words.evidence(one.claim.evidence),
            words.evidence(one.claim.threshold),
            tables.meter(evidence_progress(one.claim.evidence, one.claim.threshold)),
            words.count(one.claim.trips),
            one.claim.state.value + (f": {one.claim.end}" if one.claim.end else ""),
        )
        for one in racing
    ]
    return tables.table(columns, rows)
