"""The search landscape around one strategy, drawn and as a table. Pure."""

from tradestream.report import tables, words
from tradestream.report.drawings import curve, heat_map
from tradestream.report.html import Markup, element, fragment
from tradestream.report.landscape import Landscape
from tradestream.report.story import Story

_MEANING = (
    "The score is the annual Sharpe ratio of the excess return, less where there are "
    "fewer than ten trades: what the search maximizes. A broad hill says more than a "
    "lonely peak."
)
_COLOURS = (
    " Green is above nil, red below, grey about nil, the palest never traded or not "
    "allowed; the ring is this strategy."
)


def landscape_section(story: Story) -> Markup:
    """Return curves or maps of the score around a strategy, and their table."""
    if not story.landscapes:
        return tables.empty(
            f"No landscape: {story.problem or 'the bars it was found on are not held'}."
        )
    span = None
    colours = _COLOURS if story.landscapes[0].upwards else ""
    if story.landscape_span is not None:
        first, last = (at.strftime("%Y-%m-%d %H:%M") for at in story.landscape_span)
        span = element("p", f"Bars of {first} to {last} UTC. {_MEANING}{colours}")
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
