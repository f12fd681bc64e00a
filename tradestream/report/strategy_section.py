"""One strategy: why it stands where it does, and all that shows it. Pure."""

from tradestream.report import strategy_words, tables, words
from tradestream.report.drawings import curve, heat_map, histogram
from tradestream.report.html import Child, Markup, element, fragment
from tradestream.report.landscape import Landscape
from tradestream.report.market_section import chart_box
from tradestream.report.robustness_section import robustness_section
from tradestream.report.story import ExamStory, Part, Story

_LANDSCAPE = (
    "The score is the annual Sharpe ratio of the excess return, less where there are "
    "fewer than ten trades: what the search maximizes. A broad hill says more than a "
    "lonely peak."
)


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
        _evidence(story),
        element("h2", "History exam"),
        _exam(story.exam),
        element("h2", "Search landscape"),
        _landscape(story),
        robustness_section(story.robustness),
        element("h2", "On paper since its verdicts"),
        _paper(story),
        element("h2", "History of its status"),
        _history(story),
        id=f"strategy-{story.key}",
        class_="view strategy",
        data_symbol=story.key,
        data_title=f"{story.strategy_name} on {story.symbol}",
    )


def _cards(story: Story) -> Markup:
    figures: list[tuple[str, Child]] = []
    for part in story.parts:
        told = f"{part.label}, net"
        figures.append((told, words.percent(part.total_return, 2, sign=True)))
    if story.claims:
        claim = story.claims[0]
        figures.append(("Evidence e", words.number(claim.evidence)))
        figures.append(("Line to cross", words.number(claim.threshold, 1)))
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
    after = "Only what came after birth says anything about an edge."
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


def _evidence(story: Story) -> Markup:
    held = story.charts.get("evidence", {})
    box = None
    if held.get("x"):
        hours = held["block"]
        every = "an hour" if hours == 1 else f"{hours} hours"
        box = fragment(
            chart_box(
                "evidence",
                story.key,
                "Evidence e, logarithmic, and the line it must cross",
            )
            if "e" in held
            else tables.empty(
                "No evidence to draw: it has no claim with a whole hour."
            ),
            chart_box(
                "excess",
                story.key,
                f"Excess return of its timing, {every}",
                note="the strategy's return less its mean exposure times the market's",
            ),
        )
    return fragment(box, _claims(story))


def _claims(story: Story) -> Markup:
    if not story.claims:
        return tables.empty("No claim is registered for it.")
    columns = (
        tables.Column("Claim"),
        tables.Column("Born"),
        tables.Column("Counted until"),
        tables.Column("Evidence", True, "wealth of a bet on the strategy, from 1"),
        tables.Column("Line", True, "65.8·k² for the k-th claim"),
        tables.Column("Trades", True),
        tables.Column("Return", True),
        tables.Column("t in training", True),
        tables.Column("State"),
    )
    rows = [
        (
            str(claim.number),
            words.moment(claim.born_at),
            words.moment(claim.folded_until),
            words.number(claim.evidence),
            words.number(claim.threshold, 1),
            words.count(claim.trips),
            words.percent(claim.raw_return, 2, sign=True),
            words.number(claim.training_t),
            claim.state + (f": {claim.closed_reason}" if claim.closed_reason else ""),
        )
        for claim in story.claims
    ]
    return tables.table(columns, rows)


def _exam(exam: ExamStory | None) -> Markup:
    if exam is None:
        return tables.empty("No exam of its market has been answered yet.")
    span = fragment(
        words.moment(exam.window_start_at), " – ", words.moment(exam.window_end_at)
    )
    told = element(
        "p",
        f"Exam {exam.number} on ",
        span,
        f": {words.count(exam.eligible)} of {words.count(exam.genomes)} designs traded "
        "often enough.",
        class_="more",
    )
    if exam.own_t is None:
        return fragment(told, tables.empty("This strategy is not one that passed it."))
    if not exam.ts:
        return fragment(told, tables.empty(exam.note or "No picture is held of it."))
    return fragment(
        element(
            "figure",
            element(
                "figcaption",
                element("span", "t of everybody in the running"),
                element(
                    "span",
                    "how many, on a square-root scale; those far below nil are left "
                    "out",
                    class_="detail",
                ),
            ),
            histogram(exam.ts, exam.critical_value, [(exam.own_t, "this strategy")]),
        ),
        told,
    )


def _landscape(story: Story) -> Markup:
    if not story.landscapes:
        return tables.empty(
            f"No landscape: {story.problem or 'the bars it was found on are not held'}."
        )
    span = None
    if story.landscape_span is not None:
        first, last = (at.strftime("%Y-%m-%d %H:%M") for at in story.landscape_span)
        span = element("p", f"Bars of {first} to {last} UTC. {_LANDSCAPE}")
    drawn = [_map(one) for one in story.landscapes]
    return fragment(element("div", span, class_="more"), element(
        "div", drawn, class_="maps" if len(drawn) > 1 else "maps single"
    ), _landscape_table(story))  # fmt: skip


def _map(one: Landscape) -> Markup:
    column, row = one.at
    own = one.scores[row][column]
    if len(one.names) == 1:
        drawn = curve(one.across, one.scores[0], column, one.names[0])
        caption = f"Score over {one.names[0]}"
    else:
        caption = f"{one.names[0]} → , {one.names[1]} ↑"
        title = f"Scores over {one.names[0]} (across) and {one.names[1]} (upwards)"
        drawn = heat_map(one.across, one.upwards, one.scores, one.at, title)
    return element(
        "figure",
        element(
            "figcaption",
            element("span", caption),
            element("span", f"here {words.number(own, 1)}", class_="detail"),
        ),
        drawn,
    )


def _landscape_table(story: Story) -> Markup:
    columns = (
        tables.Column("Genes"),
        tables.Column("Points", True),
        tables.Column("Best", True),
        tables.Column("This strategy", True),
        tables.Column("Median", True),
        tables.Column("Above nil", True),
    )
    rows = []
    for one in story.landscapes:
        known = sorted(s for row in one.scores for s in row if s is not None)
        column, row = one.at
        rows.append(
            (
                " × ".join(one.names) + (" (the whole space)" if one.whole else ""),
                words.count(len(known)),
                words.number(known[-1], 1) if known else words.NOTHING,
                words.number(one.scores[row][column], 1),
                words.number(known[len(known) // 2], 1) if known else words.NOTHING,
                words.percent(sum(s > 0 for s in known) / len(known), 0)
                if known
                else words.NOTHING,
            )
        )
    return tables.table(columns, rows)


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
