"""Which finds become claims: the best of the best types on the newest bars.

Finds may come from any window; here they are evaluated again on the newest 14
days, all of them before the claim's birth.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from tradestream.discovery.correlation import too_similar
from tradestream.discovery.exam import ExamWindow, excess_returns
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.identity import canonical_parameters

TRAINING = timedelta(days=14)
TRAINING_AT_LEAST = timedelta(hours=72)
A_DAY = 5
"""Claims that a symbol may make in a day; each makes later ones dearer."""

REMEMBERED = 20
"""A claim must differ from so many before it."""

LEAST_TRIPS = 10


@dataclass(frozen=True, slots=True)
class Find:
    """A genome that a search found.

    Attributes:
        strategy_name: Its type.
        parameters: Typed values by name.
    """

    strategy_name: str
    parameters: Mapping[str, int | float]

    @property
    def key(self) -> tuple[str, str]:
        """What makes it equal to another find."""
        return self.strategy_name, canonical_parameters(self.parameters)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A find with all that its claim freezes.

    Attributes:
        find: The genome.
        exposure: Mean exposure p̄ in training.
        deviation: Standard deviation of hourly x in training, above 0.
        t: Mean of x ÷ its standard error, in training.
        trips: Round trips in training.
        raw_return: Net return in training.
        excess: Shape (hours,), x in training.
    """

    find: Find
    exposure: float
    deviation: float
    t: float
    trips: int
    raw_return: float
    excess: NDArray[np.float64]


def propose_claims(
    window: ExamWindow,
    finds: Sequence[Find],
    earlier: Sequence[Find],
    *,
    most: int = A_DAY,
) -> tuple[Proposal, ...]:
    """Return what to claim, best first.

    The best find of each type by t, of these the best `most` types, without
    those that correlate above 0.9 with one of the last 20 claims.

    Args:
        window: The newest bars, 72 hours to 14 days, all before the birth.
        finds: What searches found, in any order; claimed ones are passed over.
        earlier: All genomes ever claimed, oldest first.
        most: How many claims are allowed.
    """
    claimed = {find.key for find in earlier}
    fresh = {find.key: find for find in finds if find.key not in claimed}
    ordered = [fresh[key] for key in sorted(fresh)]
    remembered = train(window, earlier[-REMEMBERED:])
    return choose_claims(train(window, ordered), remembered, most=most)


def choose_claims(
    trained: Sequence[Proposal], remembered: Sequence[Proposal], *, most: int = A_DAY
) -> tuple[Proposal, ...]:
    """Return what to claim of finds that were trained on the newest bars.

    Args:
        trained: Finds that were never claimed.
        remembered: The last claims, on the same bars.
        most: How many claims are allowed.
    """
    best: dict[str, Proposal] = {}
    for proposal in trained:
        if proposal.trips < LEAST_TRIPS or proposal.raw_return <= 0 or proposal.t <= 0:
            continue
        name = proposal.find.strategy_name
        if name not in best or proposal.t > best[name].t:
            best[name] = proposal
    champions = sorted(best.values(), key=lambda p: (-p.t, p.find.strategy_name))
    known = [proposal.excess for proposal in remembered]
    chosen: list[Proposal] = []
    for proposal in champions[:most]:
        if not too_similar(proposal.excess, known[-REMEMBERED:]):
            chosen.append(proposal)
            known.append(proposal.excess)
    return tuple(chosen)


def train(window: ExamWindow, finds: Sequence[Find]) -> list[Proposal]:
    """Evaluate finds on a window, in their order.

    Those whose excess return never moves are left out: nothing can be bet on.
    """
    places: dict[str, list[int]] = {}
    for place, find in enumerate(finds):
        places.setdefault(find.strategy_name, []).append(place)
    trained: dict[int, Proposal] = {}
    for name, of_type in places.items():
        genomes = np.array([_genome(finds[place]) for place in of_type], np.float64)
        result = window.evaluate(name, genomes)
        excess = excess_returns(result, window.market_hourly)
        hours = excess.shape[1]
        if hours < 2:
            continue
        deviations = excess.std(axis=1, ddof=1)
        for row, place in enumerate(of_type):
            if deviations[row] <= 1e-12:
                continue
            trained[place] = Proposal(
                finds[place],
                float(result.exposure[row]),
                float(deviations[row]),
                float(excess[row].mean() / deviations[row] * np.sqrt(hours)),
                int(result.trades[row]),
                float(result.total_return[row]),
                excess[row],
            )
    return [trained[place] for place in sorted(trained)]


def _genome(find: Find) -> list[float]:
    declared = CATALOGUE[find.strategy_name].parameters
    return [float(find.parameters[parameter.name]) for parameter in declared]
