"""One strategy: why it stands where it does, and all that shows it. Pure."""

from tradestream.report import strategy_words, tables, words
from tradestream.report.evidence_section import evidence_section
from tradestream.report.exam_section import exam_section
from tradestream.report.html import Child, Markup, element, fragment
from tradestream.report.landscape_section import landscape_section
from tradestream.report.market_section import chart_box
from tradestream.report.robustness_section import robustness_section
from tradestream.report.story import Part, Story


def strategy_section(story: Story) -> Markup:
    """Return the part of a page about one strategy."""
    return element(
        "section",
        element(
            "header",
            element("h1", f"{story.strategy_name} on {story.symbol}"),
            element("p", words.parameters(story.parameters), class_="what"),
            element(
                "p",
                tables.badge(story.status),
                element("span", words.STATUS_MEANING.get(story.status, "")),
                class_="lead",
            ),
            element("p", f"id {story.identity}", class_="detail id")
            if story.identity
            else None,
            class_="hero",
        ),
        element("h2", strategy_words.question(story)),
        element(
            "ul",
            (element("li", text) for text in strategy_words.sentences(story)),
            class_="why",
        ),
        _cards(story),
        _charts(story),
        element("h2", "Before and after birth"),
        _parts(story),
        element("h2", "Evidence from bars after birth"),
        evidence_section(story),
        element("h2", "History exam"),
        exam_section(story.exam),
        element("h2", "Search landscape"),
        landscape_section(story),
        robustness_section(story.robustness),
        None if story.on_file else _stored(story),
        id=f"strategy-{story.key}",
        class_="view strategy",
        data_symbol=story.key,
        data_title=f"{story.strategy_name} on {story.symbol}",
    )


def _stored(story: Story) -> Markup:
    """Return what only tables remember: verdicts on paper, and the status."""
    return fragment(
        element("h2", "On paper since its verdicts"),
        _paper(story),
        element("h2", "History of its status"),
        _history(story),
    )


def _cards(story: Story) -> Markup:
    figures: list[tuple[str, Child]] = []
    for part in story.parts:
        told = f"{part.label}, net"
        figures.append((told, words.percent(part.total_return, 2, sign=True)))
    if story.claims:
        claim = story.claims[0]
        figures.append(("Evidence e", words.evidence(claim.evidence)))
        figures.append(("Line to cross", words.evidence(claim.threshold)))
    if story.exam is not None and story.exam.own_t is not None:
        figures.append(("t in the exam", words.number(story.exam.own_t)))
        figures.append(("Critical t", words.number(story.exam.critical_value)))
    figures.append(("Plateau", words.percent(story.plateau, 0)))
    if story.robustness is not None:
        held = story.robustness
        figures.append(("Deflated Sharpe", words.percent(held.deflated_sharpe)))
        overfit = words.percent(held.overfitting_probability)
        figures.append(("Overfitting (PBO)", overfit))
    return element(
        "dl",
        (
            element("div", element("dt", label), element("dd", value))
            for label, value in figures
        ),
        class_="cards",
    )


def _charts(story: Story) -> Markup:
    if "equity" not in story.charts:
        return tables.empty(f"Nothing to draw: {story.problem or 'no bars are held'}.")
    note = "▲ entry, ▼ exit, green when it gained"
    born = ""
    if story.born_at is not None:
        born = f"dashed: birth, {_at(story)}, when {story.born}"
    return fragment(
        chart_box(
            "candles",
            story.key,
            "Candles and trades",
            zoom="recent" in story.charts,
            note=note,
        ),
        chart_box(
            "equity",
            story.key,
            "Equity against buy-and-hold, net of costs",
            note=born or None,
        ),
        chart_box("drawdown", story.key, "Drawdown"),
    )


def _at(story: Story) -> str:
    if story.born_at is None:
        return words.NOTHING
    return story.born_at.strftime("%Y-%m-%d %H:%M UTC")


def _parts(story: Story) -> Markup:
    if not story.parts:
        return tables.empty("No bars to measure it on.")
    columns = (
        tables.Column("Bars"),
        tables.Column("From"),
        tables.Column("To"),
        tables.Column("Net return", True),
        tables.Column("Market", True),
        tables.Column("Drawdown", True),
        tables.Column("Excess Sharpe", True, "annual, of hourly excess returns"),
        tables.Column("Trades", True),
    )
    rows = [_part(part) for part in story.parts]
    after = "What found it saw only bars before birth."
    return fragment(tables.table(columns, rows), element("p", after, class_="more"))


def _part(part: Part) -> tuple[Child, ...]:
    return (
        part.label,
        words.moment(part.start),
        words.moment(part.end),
        words.percent(part.total_return, 2, sign=True),
        words.percent(part.market_return, 2, sign=True),
        words.percent(part.max_drawdown, 2),
        words.number(part.excess_sharpe, 1),
        words.count(part.trades),
    )


def _paper(story: Story) -> Markup:
    if not story.paper:
        return tables.empty(
            "Nothing is recorded yet: every verdict is followed for 90 days, traded or "
            "not."
        )
    columns = (
        tables.Column("Verdict"),
        tables.Column("Since"),
        tables.Column("Until"),
        tables.Column("Hours", True),
        tables.Column("Net return", True),
        tables.Column("Excess", True, "of its timing, summed over the hours"),
    )
    rows = [
        (
            record.verdict,
            words.moment(record.since_at),
            words.moment(record.until_at),
            words.count(record.hours),
            words.percent(record.raw_return, 2, sign=True),
            words.percent(record.excess_sum, 2, sign=True),
        )
        for record in story.paper
    ]
    return tables.table(columns, rows)


def _history(story: Story) -> Markup:
    if not story.changes:
        return tables.empty("Its status never changed since it was found.")
    columns = (
        tables.Column("When"),
        tables.Column("From"),
        tables.Column("To"),
        tables.Column("Door"),
        tables.Column("Why"),
    )
    rows = [
        (
            words.moment(change.changed_at),
            change.from_status or words.NOTHING,
            tables.badge(change.to_status),
            change.door or words.NOTHING,
            change.reason,
        )
        for change in story.changes
    ]
    return tables.table(columns, rows)
