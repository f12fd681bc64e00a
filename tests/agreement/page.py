"""What came out of a comparison, as a page."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from tests.agreement.tasks import Task
from tradestream.testing.plain.comparison import Comparison

Outcome = tuple[Task, list[Comparison]]

_TEXT = """\
# The engine and plain loops agree

`make agreement` writes this page ({date}):

```sh
{command} --write
```

An indicator by indicator, bar by bar reference in whole ticks and 80-bit floats
(`tradestream/testing/plain/`), written from [the page of strategy types](strategies.md)
and not from the engine, trades random genomes beside it.
Fills must be on the same bars; every metric, the equity of every bar, and the hourly
sums of returns within 1e-9 (relative, absolute below 1).

The markets are random walks; walks of few ticks with flat minutes, empty volume, and
holes; bounces between two to six prices; prices of up to 5e12 ticks; and random windows
of the recordings, bitcoin minutes of March 2023 and ADA-BTC of January 2018 with its
holes.
Windows are 350 to 600 bars long, the long ones 1,500 to 5,600, at one of three cost
settings; the engine evaluates a genome alone, or with up to a thousand others, with
memory for all rows or for hardly any.

{genomes:,} genomes, {trades:,} trades, {seconds:,.0f} s on two shared cores:
**{mismatches} mismatches**, largest error {worst:.1e}.
"""


_JUMPS = """
## What is known to be worse

Sums over a trade are differences of sums over the window.
So a bar that multiplies the price, at once and for good, costs digits of the ratios of
every genome of that window, though never a trade.
"""


def agreement_page(
    outcomes: Sequence[Outcome],
    jumps: Mapping[str, Sequence[Comparison]],
    *,
    command: str,
    seconds: float,
    date: str,
) -> str:
    """Return a Markdown page.

    Args:
        outcomes: What came out of each task.
        jumps: Comparisons by what multiplied the price.
        command: What was run.
        seconds: How long it took.
        date: The day it was run, ISO.
    """
    by_type: dict[str, list[Comparison]] = defaultdict(list)
    by_market: dict[str, list[Comparison]] = defaultdict(list)
    for task, compared in outcomes:
        by_type[task.strategy] += compared
        by_market[task.market] += compared
    everything = [one for some in by_type.values() for one in some]
    text = _TEXT.format(
        command=command,
        date=date,
        genomes=len(everything),
        trades=sum(one.trades for one in everything),
        seconds=seconds,
        mismatches=_mismatches(everything),
        worst=_worst(everything),
    )
    return "\n".join(
        [
            text,
            *_table("market", by_market),
            "",
            *_table("type", by_type),
            _JUMPS,
            *_jump_table(jumps),
            "",
        ]
    )


def _table(head: str, rows: Mapping[str, Sequence[Comparison]]) -> list[str]:
    return [
        f"| {head} | genomes | that traded | trades | mismatches | largest error |",
        "|---|--:|--:|--:|--:|--:|",
        *(
            f"| {name} | {len(some)} | {sum(one.trades > 0 for one in some)} "
            f"| {sum(one.trades for one in some):,} | {_mismatches(some)} "
            f"| {_worst(some):.1e} |"
            for name, some in rows.items()
        ),
    ]


def _jump_table(jumps: Mapping[str, Sequence[Comparison]]) -> list[str]:
    return [
        "| a bar multiplies the price by | genomes | other fills | largest error |",
        "|---|--:|--:|--:|",
        *(
            f"| {factor} | {len(some)} | {sum(one.different_fills for one in some)} "
            f"| {_worst(some):.1e} |"
            for factor, some in jumps.items()
        ),
    ]


def _mismatches(some: Sequence[Comparison]) -> int:
    return sum(not one.agrees for one in some)


def _worst(some: Sequence[Comparison]) -> float:
    return max((one.worst[0] for one in some), default=0.0)
