"""Claims on probation (Door B): proof from the future.

A claim is a genome frozen at its birth together with what its bets need to
know. Each closed hour since birth is folded into its evidence exactly once.
The line to cross grows with the running number of the claim in the symbol's
life, so that all claims ever made raise at most 2.5 % false alarms together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from tradestream.statistics.betting import (
    LARGEST_GAIN,
    START,
    Capitals,
    evidence,
    fold,
    threshold,
)

BUDGET = 0.025
"""All claims of a symbol's life together raise so many false alarms."""

LIFETIME = timedelta(days=90)
HOPELESS = 0.01
"""Evidence below which a claim is closed."""

ALIVE = 0.1
"""Mean z an hour that an edge has at least which was provable in weeks."""

DOUBT_ENOUGH = 5.0
"""Doubt at which a validated claim retires: without its edge after about four
weeks, or two if its costs go on; with it hardly ever (ADR 0015)."""

LEAST_TRIPS = 10

_HOUR = timedelta(hours=1)


class ClaimState(StrEnum):
    """Where a claim stands."""

    OPEN = "open"
    VALIDATED = "validated"
    CLOSED = "closed"


class ClaimEnd(StrEnum):
    """Why a claim was closed."""

    HOPELESS = "evidence fell below 0.01"
    EXPIRED = "not proven within 90 days"
    FELL_AWAY = "evidence since validation fell away"
    COMPLETED = "90 days are over, validated"
    STALE = "a candle that it was judged on was corrected"
    ENGINE = "engine, catalogue, or costs changed"


@dataclass(frozen=True, slots=True)
class Claim:
    """A genome on probation.

    Attributes:
        number: Its running number k in the symbol's life, from 1.
        born_at: A whole hour; only hours from here on count.
        exposure: Mean exposure p̄ in training.
        deviation: Standard deviation of x an hour in training, above 0.
        folded_until: Hours before this are in the capitals.
        capitals: What the four players own.
        trips: Round trips begun and ended since birth.
        raw_return: Sum of net returns of the hours since birth.
        state: Where it stands.
        proven_at: End of the hour in which it was validated, if it was.
        proven_evidence: Evidence at that hour.
        closed_at: End of the hour in which it was closed.
        end: Why it was closed.
        budget: What all claims of the symbol's life may spend.
        doubt: How much more likely the hours since validation are without the
            edge than with it, as a logarithm, from the best point on; 0 before.
    """

    number: int
    born_at: datetime
    exposure: float
    deviation: float
    folded_until: datetime
    capitals: Capitals = START
    trips: int = 0
    raw_return: float = 0.0
    state: ClaimState = ClaimState.OPEN
    proven_at: datetime | None = None
    proven_evidence: float | None = None
    closed_at: datetime | None = None
    end: ClaimEnd | None = None
    budget: float = BUDGET
    doubt: float = 0.0

    @property
    def evidence(self) -> float:
        """The e-value: capital of all players, 1 at birth."""
        return evidence(self.capitals)

    @property
    def threshold(self) -> float:
        """The evidence at which the claim is proven: 65.8 k² for 2.5 %."""
        return threshold(self.number, budget=self.budget)


@dataclass(frozen=True, slots=True)
class ClaimHours:
    """What a claimed genome did in consecutive closed hours.

    Attributes:
        first_hour: Start of the first hour.
        strategy: Net simple returns, summed by hour.
        market: Simple returns of the market, summed by hour.
        trips: Round trips that ended in each hour and began after birth.
    """

    first_hour: datetime
    strategy: Sequence[float]
    market: Sequence[float]
    trips: Sequence[int]


def open_claim(
    number: int,
    born_at: datetime,
    *,
    exposure: float,
    deviation: float,
    budget: float = BUDGET,
) -> Claim:
    """Return a claim at its birth.

    Raises:
        ValueError: If the birth is no whole hour or the deviation not above 0.
    """
    if born_at.minute or born_at.second or born_at.microsecond:
        raise ValueError(f"a birth on a whole hour is required, was {born_at}")
    if not deviation > 0:
        raise ValueError(f"deviation must be above 0, was {deviation}")
    return Claim(
        number, born_at, exposure, deviation, folded_until=born_at, budget=budget
    )


def fold_hours(claim: Claim, hours: ClaimHours) -> Claim:
    """Return the claim after hours that it does not know yet.

    Hours before `folded_until` are passed over, so folding twice is folding
    once; state is decided after each hour, so the outcome does not depend on
    how many hours come at a time.

    Raises:
        ValueError: If hours between `folded_until` and the first are missing.
    """
    known = int((claim.folded_until - hours.first_hour) / _HOUR)
    if known < 0:
        raise ValueError(
            f"hours from {claim.folded_until} are required, was {hours.first_hour}"
        )
    for place in range(known, len(hours.strategy)):
        if claim.state is ClaimState.CLOSED:
            break
        claim = _fold_hour(
            claim, hours.strategy[place], hours.market[place], hours.trips[place]
        )
    return claim


def _fold_hour(claim: Claim, strategy: float, market: float, trips: int) -> Claim:
    excess = strategy - claim.exposure * market
    until = claim.folded_until + _HOUR
    doubt = claim.doubt
    if claim.state is ClaimState.VALIDATED:
        doubt = doubt_after(doubt, excess / claim.deviation)
    return _judge(
        replace(
            claim,
            capitals=fold(claim.capitals, (excess,), claim.deviation),
            folded_until=until,
            trips=claim.trips + trips,
            raw_return=claim.raw_return + strategy,
            doubt=doubt,
        )
    )


def doubt_after(doubt: float, z: float) -> float:
    """Return the doubt after an hour: Page's cumulative sum (1954).

    The logarithm of how much likelier a normal z is with mean 0 than with mean
    0.1, summed and never below 0: a long good life does not delay the end.

    Args:
        doubt: Before the hour, 0 or more.
        z: Excess of the hour ÷ deviation.
    """
    z = min(z, LARGEST_GAIN)
    return max(0.0, doubt - (ALIVE * z - ALIVE**2 / 2))


def _judge(claim: Claim) -> Claim:
    """Return the claim with the state that its newest hour brings."""
    found, until = claim.evidence, claim.folded_until
    if claim.state is ClaimState.OPEN:
        if (
            found >= claim.threshold
            and claim.trips >= LEAST_TRIPS
            and claim.raw_return > 0
        ):
            claim = replace(
                claim,
                state=ClaimState.VALIDATED,
                proven_at=until,
                proven_evidence=found,
            )
        elif found < HOPELESS:
            return close_claim(claim, until, ClaimEnd.HOPELESS)
    elif claim.doubt >= DOUBT_ENOUGH:
        return close_claim(claim, until, ClaimEnd.FELL_AWAY)
    if until - claim.born_at >= LIFETIME:
        proven = claim.state is ClaimState.VALIDATED
        return close_claim(
            claim, until, ClaimEnd.COMPLETED if proven else ClaimEnd.EXPIRED
        )
    return claim


def close_claim(claim: Claim, at: datetime, end: ClaimEnd) -> Claim:
    """Return the claim closed; its number is never given back."""
    return replace(claim, state=ClaimState.CLOSED, closed_at=at, end=end)
