"""What many lives say together: false discoveries, recall, days to find."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from tradestream.statistics.proportions import wilson
from tradestream.study.cells import Cell
from tradestream.study.lives import Lived
from tradestream.study.oracle import Oracle
from tradestream.study.results import Results

BANDS = (0.0, 10.0, 13.0, 16.0, 20.0, 25.0, 1000.0)
"""Bounds of annual Sharpe ratios that recall is told by."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95 % interval of Wilson."""

    count: int
    of: int

    @property
    def value(self) -> float:
        """The share; 0 of none."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper end."""
        return wilson(self.count, self.of)


@dataclass(frozen=True, slots=True)
class Tally:
    """Lives counted together.

    Attributes:
        lives: How many.
        by_day: Share with a validated strategy by the end of each day asked for.
        at_once: Share in which one exam of the whole as a history, or a claim,
            validated something.
        by_claims: Share of the lives that were lived whole in which a claim was
            validated.
        median_day: Day of the first validation, over those that had one.
        validated: Strategies validated.
        true: How many of them have an edge; None without a planted one.
        retired: Validated claims that fell away.
    """

    lives: int
    by_day: dict[int, Share]
    at_once: Share
    by_claims: Share
    median_day: float | None
    validated: int
    true: int | None
    retired: int


def looked_at(days: int) -> tuple[int, ...]:
    """Return the days of a life at which it is counted."""
    return tuple(sorted({day for day in (14, 28) if day < days} | {days}))


def tally(lives: Iterable[Lived], days: int) -> Tally:
    """Return lives of `days` counted together."""
    of = list(lives)
    found = [one.found_day for one in of if one.found_day is not None]
    whole = [one for one in of if one.claims is not None]
    truths = [one.true for one in of if one.true is not None]
    return Tally(
        len(of),
        {
            day: Share(sum(one.found_by(day) for one in of), len(of))
            for day in looked_at(days)
        },
        Share(
            sum(one.history[str(days)] or bool(one.claim_days) for one in of), len(of)
        ),
        Share(sum(bool(one.claim_days) for one in whole), len(whole)),
        median(found) if found else None,
        sum(one.validated for one in of),
        sum(truths) if truths else None,
        sum(one.retired for one in of),
    )


def of_cells(results: Results, cells: Sequence[Cell]) -> list[Lived]:
    """Return the lives of some cells."""
    names = {cell.name for cell in cells}
    return [one for key, one in sorted(results.lives.items()) if key[0] in names]


def lived_each(results: Results, cells: Sequence[Cell]) -> tuple[int, int]:
    """Return how many lives the cell with the fewest has, and that with the most."""
    counts = [len(of_cells(results, [cell])) for cell in cells]
    return min(counts, default=0), max(counts, default=0)


def by_band(
    results: Results, cells: Sequence[Cell]
) -> list[tuple[float, float, list[Cell]]]:
    """Return planted cells by the Sharpe ratio of their oracle, weakest first."""
    oracles: dict[str, Oracle] = dict(results.oracles)
    bands = []
    for low, high in pairwise(BANDS):
        within = [
            cell
            for cell in cells
            if cell.name in oracles and low <= oracles[cell.name].sharpe < high
        ]
        if within:
            bands.append((low, high, within))
    return bands
