"""What a measurement of the search showed, as a page."""

from collections.abc import Sequence

from tests.search_quality.measure import Measured

WANTED = 0.95

_TEXT = """\
# How good is the genetic search?

`make search-quality` writes this page ({date}):

```sh
{command} --write
```

Every type with at most 10⁶ points is searched exhaustively, and by the genetic search
at its default size, 50 × 30, with exhaustive search switched off; on {markets} markets
of one day of minutes at the default costs, with {seeds} seeds each. (In daily use, a
space of up to 20,000 points is always searched in full.)
A search did well if its best find is among the best 0.1 % of all points, or if its
regret is at most 1 % of the distance from the median to the maximum.

**{share:.1%} of {count:,} searches did well**; {good_cells} of {cells} pairs of type
and market, and {good_types} of {types} types over all markets, did in at least 95 % of
seeds. A search tried {trials:,.0f} points on average.

Columns name markets: the share of seeds that did well. Rank: the largest share of
points better than the find of any search.
"""

_WEAK = """\
Below 95 %: {names}. The best points are there a handful next to each
other, with nothing around that leads to them.
"""


def quality_page(
    found: Sequence[Measured], *, command: str, seconds: float, date: str
) -> str:
    """Return a Markdown page.

    Args:
        found: One measurement for each type and market.
        command: What was run.
        seconds: How long it took.
        date: The day it was run, ISO.
    """
    markets = list(dict.fromkeys(one.market for one in found))
    points = {one.strategy: one.points for one in found}
    types = sorted(points, key=lambda name: (points[name], name))
    shares = {name: _share([o for o in found if o.strategy == name]) for name in types}
    weak = [
        f"{one.strategy} on {one.market} ({one.good / one.seeds:.0%})"
        for one in found
        if one.good / one.seeds < WANTED
    ]
    text = _TEXT.format(
        command=command,
        date=date,
        markets=len(markets),
        seeds=found[0].seeds,
        share=_share(found),
        count=sum(one.seeds for one in found),
        good_cells=len(found) - len(weak),
        cells=len(found),
        good_types=sum(share >= WANTED for share in shares.values()),
        types=len(types),
        trials=sum(one.trials for one in found) / len(found),
    )
    head = ["type", "points", *markets, "all", "rank", "tried"]
    lines = [_line(head), _line(["---", *["---:"] * (len(head) - 1)])]
    for name in types:
        own = {one.market: one for one in found if one.strategy == name}
        lines.append(
            _line(
                [
                    f"`{name}`",
                    f"{points[name]:,}",
                    *(_percent(own[m].good / own[m].seeds) for m in markets),
                    _percent(shares[name]),
                    f"{max(one.worst_rank for one in own.values()):.2%}",
                    f"{sum(one.trials for one in own.values()) / len(own):,.0f}",
                ]
            )
        )
    parts = [text, "\n".join(lines) + "\n"]
    if weak:
        parts.append(_WEAK.format(names="; ".join(weak)))
    parts.append(f"Measured in {seconds:,.0f} s.\n")
    return "\n".join(parts)


def _share(found: Sequence[Measured]) -> float:
    return sum(one.good for one in found) / sum(one.seeds for one in found)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= WANTED else f"**{share:.0%}**"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
