"""Tests of which finds become claims."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradestream.discovery.claim_proposals import Find, Proposal, propose_claims, train

HOURS = 120
Floats = NDArray[np.float64]

TYPES = (
    ("SMA_EMA_CROSSOVER", ("smaPeriod", "emaPeriod")),
    ("VWAP_CROSSOVER", ("vwapPeriod", "movingAveragePeriod")),
)


@dataclass(frozen=True)
class KnownResults:
    """Results of some genomes."""

    hourly: Floats
    exposure: Floats
    trades: NDArray[np.int64]
    total_return: Floats


@dataclass(frozen=True)
class KnownWindow:
    """Each genome (i, j) of a type earns noise named by i plus an edge of j."""

    trades: Callable[[int], int] = lambda _j: 20

    @property
    def market_hourly(self) -> Floats:
        return np.zeros(HOURS)

    def evaluate(self, strategy_name: str, genomes: Floats) -> KnownResults:
        noise = [
            np.random.default_rng([len(strategy_name), int(i)]).normal(0, 0.01, HOURS)
            for i, _ in genomes
        ]
        hourly = np.array([n - n.mean() for n in noise])
        hourly += (genomes[:, 1:] - 20) * 1e-4
        return KnownResults(
            hourly,
            np.full(len(genomes), 0.25),
            np.array([self.trades(int(j)) for _, j in genomes]),
            hourly.sum(axis=1),
        )


def find(i: int, j: int, kind: int = 0) -> Find:
    name, parameters = TYPES[kind]
    return Find(name, dict(zip(parameters, (i, j), strict=True)))


def names(proposals: tuple[Proposal, ...]) -> list[Find]:
    return [proposal.find for proposal in proposals]


def test_the_best_of_each_type_is_proposed_best_first() -> None:
    finds = [find(10, 25), find(11, 40), find(12, 45, 1), find(13, 30, 1)]

    proposals = propose_claims(KnownWindow(), finds, [])

    assert names(proposals) == [find(12, 45, 1), find(11, 40)]
    assert proposals[0].t > proposals[1].t > 0
    assert proposals[0].exposure == 0.25
    assert proposals[0].deviation == np.std(proposals[0].excess, ddof=1)


def test_order_of_finds_does_not_matter() -> None:
    finds = [find(10, 25), find(11, 40), find(12, 45, 1), find(11, 40)]

    assert names(propose_claims(KnownWindow(), finds, [])) == names(
        propose_claims(KnownWindow(), finds[::-1], [])
    )


def test_losers_and_idlers_are_not_proposed() -> None:
    idle = KnownWindow(trades=lambda j: 9 if j == 45 else 20)

    assert names(propose_claims(idle, [find(10, 45), find(11, 19, 1)], [])) == []


def test_what_was_claimed_is_not_claimed_again() -> None:
    finds = [find(10, 45), find(11, 40)]

    assert names(propose_claims(KnownWindow(), finds, [find(10, 45)])) == [find(11, 40)]


def test_a_near_copy_of_an_earlier_claim_is_not_proposed() -> None:
    # The same noise with another mean correlates perfectly.
    assert names(propose_claims(KnownWindow(), [find(10, 45)], [find(10, 44)])) == []


def test_only_the_last_twenty_claims_are_compared() -> None:
    later = [find(i, 30, 1) for i in range(11, 31)]

    proposals = propose_claims(KnownWindow(), [find(10, 45)], [find(10, 44), *later])

    assert names(proposals) == [find(10, 45)]


def test_no_more_than_allowed_are_proposed() -> None:
    finds = [find(10, 45), find(11, 40, 1)]

    assert names(propose_claims(KnownWindow(), finds, [], most=1)) == [find(10, 45)]


def test_nothing_to_train_gives_nothing() -> None:
    assert train(KnownWindow(), []) == []
    assert propose_claims(KnownWindow(), [], []) == ()
