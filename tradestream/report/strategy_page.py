"""The page of one strategy: one self-contained HTML file."""

from datetime import datetime

from tradestream.report.html import element, fragment
from tradestream.report.page import document
from tradestream.report.story import Story
from tradestream.report.strategy_section import strategy_section


def strategy_page(story: Story, *, as_of: datetime, served: bool = False) -> str:
    """Return the page of one strategy.

    Args:
        story: What it says.
        as_of: Time of the page.
        served: Whether the report page is to be had at `/`.
    """
    time = as_of.strftime("%Y-%m-%d %H:%M:%S UTC")
    return document(
        f"{story.strategy_name} on {story.symbol} · TradeStream",
        strategy_section(story),
        {story.key: story.charts},
        top=fragment(
            element("a", "All markets", href="/") if served else None,
            element("span", time, class_="as-of"),
        ),
        home="/" if served else "#",
    )
