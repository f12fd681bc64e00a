"""The claims of a replayed life: what is claimed each day, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from tradestream.backtest.details import fills_of
from tradestream.backtest.window import Window
from tradestream.candles import HOUR_SECONDS, Floats, to_seconds
from tradestream.discovery.claim_proposals import (
    REMEMBERED,
    Find,
    Proposal,
    choose_claims,
    train,
)
from tradestream.discovery.claims import (
    Claim,
    ClaimHours,
    fold_hours,
    open_claim,
)
from tradestream.statistics.betting import LARGEST_GAIN, STAKES, START

KEPT_A_TYPE = 4
"""Finds of a type that stay in the pool from one day to the next, best first."""


@dataclass(frozen=True, slots=True)
class LivedClaim:
    """A claim at the end of the series, and what it was made of.

    Attributes:
        find: The genome.
        training_t: Mean of hourly excess ÷ its standard error, in training.
        claim: The claim after its last hour.
        evidence: e after each hour since its birth, until it was closed; what
            `claim.evidence` ends at, up to rounding.
    """

    find: Find
    training_t: float
    claim: Claim
    evidence: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Born:
    """Claims of one day, not yet folded."""

    birth: datetime
    numbers: range
    proposals: tuple[Proposal, ...]


class Pool:
    """What searches found so far and claims may be chosen from.

    A search adds a few finds of each type every day. Those that are not among
    the best of their type on the newest 14 days are let go, so that a long life
    costs no more a day than a short one.
    """

    def __init__(self) -> None:
        self._finds: dict[tuple[str, str], Find] = {}
        self._claimed: list[Find] = []

    def claim(self, window: Window, found: Sequence[Find]) -> tuple[Proposal, ...]:
        """Return what to claim at the end of `window`, best first, and let go.

        Args:
            window: The newest 72 hours to 14 days, all before the birth.
            found: What the searches of the day found.
        """
        known = {find.key for find in self._claimed}
        self._finds.update({f.key: f for f in found if f.key not in known})
        trained = train(window, [self._finds[key] for key in sorted(self._finds)])
        remembered = train(window, self._claimed[-REMEMBERED:])
        chosen = choose_claims(trained, remembered)
        self._claimed += [proposal.find for proposal in chosen]
        self._keep(trained, {proposal.find.key for proposal in chosen})
        return chosen

    def _keep(self, trained: Sequence[Proposal], claimed: set[tuple[str, str]]) -> None:
        ranks: dict[str, int] = {}
        kept = {}
        for proposal in sorted(trained, key=lambda p: (-p.t, p.find.key)):
            find = proposal.find
            ranks[find.strategy_name] = ranks.get(find.strategy_name, 0) + 1
            if ranks[find.strategy_name] <= KEPT_A_TYPE and find.key not in claimed:
                kept[find.key] = find
        self._finds = kept


def fold_claims(window: Window, born: Born, until: datetime) -> list[LivedClaim]:
    """Return claims after all hours from their birth to `until`.

    The engine starts at the first bar of `window`, the claims' anchor. It closes
    open positions at the last bar, which no folded hour may contain.

    Args:
        window: Bars from the anchor to at least one bar after `until`.
        born: The claims.
        until: End of the last hour, a whole hour.
    """
    by_type: dict[str, list[int]] = {}
    for place, proposal in enumerate(born.proposals):
        by_type.setdefault(proposal.find.strategy_name, []).append(place)
    hours: dict[int, ClaimHours] = {}
    for name, places in by_type.items():
        genomes = np.concatenate(
            [window.genome(name, born.proposals[p].find.parameters) for p in places]
        )
        hourly = window.evaluate(name, genomes).hourly
        for row, place in enumerate(places):
            hours[place] = _hours(window, name, genomes[row], hourly[row], born, until)
    lived = []
    for place, proposal in enumerate(born.proposals):
        claim = open_claim(
            born.numbers[place],
            born.birth,
            exposure=proposal.exposure,
            deviation=proposal.deviation,
        )
        folded = fold_hours(claim, hours[place])
        path = evidence_path(folded, hours[place])
        lived.append(LivedClaim(proposal.find, proposal.t, folded, path))
    return lived


def unfolded(born: Born) -> list[LivedClaim]:
    """Return claims that have no hour yet."""
    return [
        LivedClaim(
            proposal.find,
            proposal.t,
            open_claim(
                number,
                born.birth,
                exposure=proposal.exposure,
                deviation=proposal.deviation,
            ),
            (),
        )
        for number, proposal in zip(born.numbers, born.proposals, strict=True)
    ]


def evidence_path(claim: Claim, hours: ClaimHours) -> tuple[float, ...]:
    """Return the evidence after each hour from a claim's birth to its end.

    Args:
        claim: The claim; its birth, exposure, and deviation are looked at.
        hours: Hours from its birth on.
    """
    count = (claim.folded_until - claim.born_at) // timedelta(hours=1)
    strategy = np.asarray(hours.strategy[:count])
    excess = strategy - claim.exposure * np.asarray(hours.market[:count])
    z = np.minimum(excess / claim.deviation, LARGEST_GAIN)
    stakes = np.asarray(STAKES)[:, None]
    capitals = np.asarray(START)[:, None] * np.cumprod(
        np.maximum(1 + stakes * z, 0.0), axis=1
    )
    return tuple(capitals.sum(axis=0).tolist())


def _hours(
    window: Window, name: str, genome: Floats, hourly: Floats, born: Born,
    until: datetime,
) -> ClaimHours:  # fmt: skip
    """Return the hours of [birth, until) of one genome."""
    birth, end = to_seconds(born.birth), to_seconds(until)
    first = window.first_hour // HOUR_SECONDS
    part = slice(birth // HOUR_SECONDS - first, end // HOUR_SECONDS - first)
    times, last = window.series.open_times, window.bars - 1
    fills = fills_of(window, name, genome)
    left = times[np.minimum(fills.exits, last)]
    whole = (times[fills.entries] >= birth) & (left < end)
    trips = np.bincount(
        (left[whole] - birth) // HOUR_SECONDS, minlength=(end - birth) // HOUR_SECONDS
    )
    return ClaimHours(
        born.birth,
        hourly[part].tolist(),
        window.market_hourly[part].tolist(),
        trips.tolist(),
    )
