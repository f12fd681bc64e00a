"""What came out of a comparison, as a page."""

from collections.abc import Mapping, Sequence

from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing.plain.comparison import Comparison

_TEXT = """\
# The engine and plain loops agree

Written by `make agreement`, that is `{command}`; do not edit by hand.

An indicator by indicator, bar by bar reference in whole ticks and 80-bit floats,
written from [the page of strategy types](strategies.md) and not from the engine
(`tradestream/testing/plain/`), trades random genomes beside it. Fills must be on the
same bars; every metric, the equity of every bar, and the hourly sums within 1e-9
(relative, absolute below 1). Windows are 350 to 600 bars long, at one of three cost
settings.

{genomes:,} genomes, {trades:,} trades, {seconds:.0f} s: **{mismatches} mismatches**,
largest error {worst:.1e}.
"""


def agreement_page(
    found: Mapping[str, Mapping[str, Sequence[Comparison]]],
    command: str,
    seconds: float,
) -> str:
    """Return a Markdown page.

    Args:
        found: Comparisons by type and market.
        command: What was run.
        seconds: How long it took.
    """
    by_type = {
        name: [c for some in found[name].values() for c in some]
        for name in CATALOGUE
        if name in found
    }
    by_market: dict[str, list[Comparison]] = {}
    for markets in found.values():
        for market, some in markets.items():
            by_market.setdefault(market, []).extend(some)
    everything = [c for some in by_type.values() for c in some]
    text = _TEXT.format(
        command=command,
        genomes=len(everything),
        trades=sum(c.trades for c in everything),
        seconds=seconds,
        mismatches=_mismatches(everything),
        worst=_worst(everything),
    )
    return "\n".join(
        [text, *_table("market", by_market), "", *_table("type", by_type), ""]
    )


def _table(head: str, rows: Mapping[str, Sequence[Comparison]]) -> list[str]:
    return [
        f"| {head} | genomes | that traded | trades | mismatches | largest error |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"| {name} | {len(some)} | {sum(c.trades > 0 for c in some)} "
            f"| {sum(c.trades for c in some)} | {_mismatches(some)} "
            f"| {_worst(some):.1e} |"
            for name, some in rows.items()
        ),
    ]


def _mismatches(some: Sequence[Comparison]) -> int:
    return sum(not c.agrees for c in some)


def _worst(some: Sequence[Comparison]) -> float:
    return max((c.worst[0] for c in some), default=0.0)
