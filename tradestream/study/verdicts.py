"""What the gate promises, held against what lives say."""

from collections.abc import Sequence
from dataclasses import dataclass

from tradestream.study.cells import Cell
from tradestream.study.results import Results
from tradestream.study.tallies import Share, of_cells, tally

MOST_FALSE, MOST_FALSE_UPPER = 0.05, 0.07
LEAST_FOUND = 0.80
LEAST_LIVES = 10
"""With fewer in a row nothing is said of it."""

RECALLS = ((14, 25.0), (14, 20.0), (42, 16.0), (42, 13.0))
"""Days, and the annual Sharpe ratio from which edges are to be found by then; of
each day the bound first, then the aim."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One bound.

    Attributes:
        bound: In words.
        measured: In words.
        holds: Whether it does; None when too little was measured to say.
    """

    bound: str
    measured: str
    holds: bool | None


def verdicts(results: Results, cells: Sequence[Cell], days: int) -> list[Verdict]:
    """Return every bound that lives of `days` can be held against."""
    edgeless = [cell for cell in cells if not cell.planted]
    planted = [cell for cell in cells if cell.planted]
    found = [_pooled(results, edgeless, days), _kinds(results, edgeless, days)]
    found += [
        _recall(results, planted, days, by, least)
        for by, least in RECALLS
        if by <= days
    ]
    return found


def _pooled(results: Results, cells: Sequence[Cell], days: int) -> Verdict:
    share = tally(of_cells(results, cells), days).by_day[days]
    low, high = share.interval
    return Verdict(
        f"without an edge, at most 5 % validated in {days} days, "
        "upper end of the interval at most 7 %",
        f"{share.count} of {share.of}: {share.value:.1%} ({low:.1%} to {high:.1%})",
        _kept(share),
    )


def _kept(share: Share) -> bool | None:
    """Return whether the promise is kept; None while there are too few lives."""
    if share.of < LEAST_LIVES:
        return None
    if share.value > MOST_FALSE:
        return False
    return True if share.interval[1] <= MOST_FALSE_UPPER else None


def _kinds(results: Results, cells: Sequence[Cell], days: int) -> Verdict:
    shares = {
        cell.name: tally(of_cells(results, [cell]), days).by_day[days] for cell in cells
    }
    worst = max(shares, key=lambda name: shares[name].interval[0], default=None)
    if worst is None or not shares[worst].of:
        return Verdict("no kind's interval wholly above 5 %", "nothing lived", None)
    highest = shares[worst]
    low, high = highest.interval
    return Verdict(
        "no kind's interval wholly above 5 %",
        f"the highest is {worst}, {highest.count} of {highest.of}: "
        f"{highest.value:.1%} ({low:.1%} to {high:.1%})",
        _no_kind(list(shares.values())),
    )


def _no_kind(shares: Sequence[Share]) -> bool | None:
    """Return whether no kind errs too often; None while one has too few lives."""
    enough = [share for share in shares if share.of >= LEAST_LIVES]
    if any(share.interval[0] > MOST_FALSE for share in enough):
        return False
    within = all(share.value <= MOST_FALSE for share in enough)
    return True if within and len(enough) == len(shares) else None


def _recall(
    results: Results, cells: Sequence[Cell], days: int, by: int, least: float
) -> Verdict:
    strong = [
        cell
        for cell in cells
        if cell.name in results.oracles and results.oracles[cell.name].sharpe >= least
    ]
    counted = tally(of_cells(results, strong), days)
    bound = f"at least 80 % of edges of Sharpe {least:g} or more found in {by} days"
    if not counted.lives:
        return Verdict(bound, "nothing lived", None)
    worst = min(
        (
            (tally(of_cells(results, [cell]), days).by_day[by], cell.name)
            for cell in strong
            if of_cells(results, [cell])
        ),
        key=lambda pair: pair[0].value,
    )
    share = counted.by_day[by]
    low, high = share.interval
    return Verdict(
        bound,
        f"{share.count} of {share.of}: {share.value:.0%} ({low:.0%} to {high:.0%}), "
        f"least in {worst[1]}: {worst[0].count} of {worst[0].of}",
        None if share.of < LEAST_LIVES else share.value >= LEAST_FOUND,
    )
