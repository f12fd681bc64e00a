"""The page of the study, written from its results."""

from collections.abc import Iterable, Sequence

from tradestream.study.cells import Cell
from tradestream.study.results import Results
from tradestream.study.tallies import (
    Share,
    by_band,
    lived_each,
    looked_at,
    of_cells,
    tally,
)
from tradestream.study.verdicts import verdicts

_HEAD = """\
# How often the gate is wrong, and what it finds

Written by `tradestream study truth`; do not edit. Lived: {lives}.

Each life is a made market of {days} days of minutes, lived through the product's own
engine, search, and gate over all {types} strategy types: an exam at day 14 and one of
the next 28 days, searches and claims daily. A market is *found* (or, without an edge,
falsely validated) on the day of its first validated strategy. *At once*: the whole life
examined once, as a file or a backfill would be, beside its claims. Intervals are
Wilson's, 95 %.

    {command}

Code {version}.{note}
"""

_HOLDS = {True: "yes", False: "**no**", None: "too few lives to say"}

_KINDS = """\
Markets without an edge: a random walk (brownian), one that rises 3 % a day (drift),
GARCH(1,1) with Student's t of 5 degrees (garch), and a stationary bootstrap of recorded
BTC-USD minutes, each with a random sign (bootstrap). *free*: fee and slippage are nil,
so that costs cannot hide a broken test; otherwise 12 basis points a side.
"""

_PLANTED = """\
Markets with an edge: spells of drift (trend), a deviation that decays (revert), drift
after bursts of volume (volume). The strength is told as the annual Sharpe ratio of the
hourly excess x of the best genome known, net of costs, measured on long markets of the
same process that it was not chosen on. A life that its first exam proves is not lived
on: whether a claim would have proven it before day 14 is not known. *True*: validated
strategies with a positive excess on other markets of the process.
"""


def page(
    results: Results,
    cells: Sequence[Cell],
    *,
    days: int,
    types: int,
    command: str,
    version: str,
    note: str = "",
) -> str:
    """Return the page in Markdown.

    Args:
        results: The lives.
        cells: Which of them are told.
        days: Length of each.
        types: Strategy types that took part.
        command: What was typed.
        version: Code that the lives were lived with.
        note: What a reader must know of that code; empty for nothing.
    """
    edgeless = [c for c in cells if not c.planted and of_cells(results, [c])]
    planted = [c for c in cells if c.planted and of_cells(results, [c])]
    parts = [
        _HEAD.format(
            days=days,
            types=types,
            command=command,
            version=version,
            note=f"\n{note}" if note else "",
            lives=_lives(results, cells),
        ),
        "## The promise\n",
        _table(
            ("bound", "measured", "holds"),
            (
                (v.bound, v.measured, _HOLDS[v.holds])
                for v in verdicts(results, cells, days)
            ),
        ),
    ]
    if edgeless:
        parts += ["## Without an edge\n", _KINDS, _edgeless(results, edgeless, days)]
    if planted:
        parts += [
            "## With an edge\n",
            _PLANTED,
            _planted(results, planted, days),
            "## Recall by strength\n",
            _bands(results, planted, days),
        ]
    return "\n".join(parts)


def _lives(results: Results, cells: Sequence[Cell]) -> str:
    """Return how many lives there are, whatever number was asked for."""
    least, most = lived_each(results, cells)
    each = f"{most}" if least == most else f"{least} to {most}"
    return f"{len(of_cells(results, cells)):,} lives, {each} of each market"


def _edgeless(results: Results, cells: Sequence[Cell], days: int) -> str:
    looks = looked_at(days)
    names = (
        "market",
        "lives",
        *(f"validated by day {day}" for day in looks),
        f"{days} days at once",
        "by claims",
    )
    rows = []
    groups: list[tuple[str, Sequence[Cell]]] = [(cell.name, [cell]) for cell in cells]
    for name, of in (
        ("all, free", [cell for cell in cells if cell.free]),
        ("all, usual costs", [cell for cell in cells if not cell.free]),
        ("**all**", cells),
    ):
        groups.append((name, of))
    for name, of in groups:
        counted = tally(of_cells(results, of), days)
        rows.append(
            (
                name,
                f"{counted.lives}",
                *(_percent(counted.by_day[day]) for day in looks),
                _percent(counted.at_once),
                _percent(counted.by_claims),
            )
        )
    return _table(names, rows)


def _planted(results: Results, cells: Sequence[Cell], days: int) -> str:
    looks = looked_at(days)
    names = (
        "market",
        "Sharpe",
        "best type",
        "lives",
        *(f"found by day {day}" for day in looks),
        f"{days} days at once",
        "median day",
        "true of validated",
    )
    rows = []
    for cell in cells:
        counted = tally(of_cells(results, [cell]), days)
        oracle = results.oracles.get(cell.name)
        rows.append(
            (
                cell.name,
                "?" if oracle is None else f"{oracle.sharpe:.1f} ± {oracle.error:.1f}",
                "?" if oracle is None else oracle.find.strategy_name,
                f"{counted.lives}",
                *(_percent(counted.by_day[day]) for day in looks),
                _percent(counted.at_once),
                "" if counted.median_day is None else f"{counted.median_day:g}",
                f"{counted.true or 0:,} of {counted.validated:,}",
            )
        )
    return _table(names, rows)


def _bands(results: Results, cells: Sequence[Cell], days: int) -> str:
    looks = looked_at(days)
    names = (
        "annual Sharpe",
        "lives",
        *(f"found by day {day}" for day in looks),
        f"{days} days at once",
    )
    rows = []
    for low, high, within in by_band(results, cells):
        counted = tally(of_cells(results, within), days)
        band = f"from {low:g}" if high >= 1000 else f"{low:g} to {high:g}"
        rows.append(
            (
                band,
                f"{counted.lives}",
                *(_percent(counted.by_day[day]) for day in looks),
                _percent(counted.at_once),
            )
        )
    return _table(names, rows)


def _percent(share: Share) -> str:
    if not share.of:
        return ""
    low, high = share.interval
    return f"{100 * share.value:.3g} % ({100 * low:.0f}–{100 * high:.0f})"


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
