"""Tests of the history exam against a window whose results are known."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from tradestream.discovery import exam
from tradestream.discovery.exam import run_exam
from tradestream.discovery.exam_schedule import exam_alpha

HOURS = 240
NAME = "SMA_EMA_CROSSOVER"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class KnownResults:
    """Results of some genomes."""

    hourly: Floats
    exposure: Floats
    trades: NDArray[np.int64]
    total_return: Floats


@dataclass
class KnownWindow:
    """A window where genome (i, j) returns noise of its own plus `edge(i, j)`."""

    edge: Callable[[int, int], float]
    trades: Callable[[int, int], int] = lambda _i, _j: 50
    market: Floats = field(default_factory=lambda: np.zeros(HOURS))
    seed: int = 1
    evaluations: int = 0

    @property
    def market_hourly(self) -> Floats:
        return self.market

    def evaluate(self, strategy_name: str, genomes: Floats) -> KnownResults:
        assert strategy_name == NAME
        self.evaluations += len(genomes)
        pairs = [(int(i), int(j)) for i, j in genomes]
        noise = [
            np.random.default_rng([self.seed, i, j]).normal(0, 0.01, HOURS)
            for i, j in pairs
        ]
        edges = np.array([self.edge(i, j) for i, j in pairs])
        hourly = np.array(noise) + edges[:, None] + 0.5 * self.market
        return KnownResults(
            hourly,
            np.full(len(pairs), 0.5),
            np.array([self.trades(i, j) for i, j in pairs]),
            hourly.sum(axis=1),
        )


@dataclass(frozen=True)
class SmallDesign:
    """Every pair of periods from 5 to 24 on a coarse grid."""

    genomes: Mapping[str, Floats] = field(
        default_factory=lambda: {
            NAME: np.array(
                [[i, j] for i in range(5, 25) for j in range(5, 25)], np.float64
            )
        }
    )


def test_nothing_passes_without_an_edge() -> None:
    outcome = run_exam(
        KnownWindow(lambda _i, _j: 0.0), SmallDesign(), alpha=0.01, seed=1
    )

    assert outcome.passing == ()
    assert (outcome.genomes, outcome.eligible) == (400, 400)
    assert outcome.best_t is not None
    assert outcome.critical_value is None
    assert outcome.resamples >= 999


def test_a_planted_edge_passes_with_its_parameters() -> None:
    window = KnownWindow(lambda i, j: 0.006 if (i, j) == (7, 11) else -0.002)

    outcome = run_exam(window, SmallDesign(), alpha=exam_alpha(1), seed=1)

    assert [row.parameters for row in outcome.passing] == [
        {"smaPeriod": 7, "emaPeriod": 11}
    ]
    assert outcome.critical_value is not None
    assert outcome.passing[0].t >= outcome.critical_value
    assert outcome.best_t == outcome.passing[0].t


def test_a_rising_market_is_no_edge() -> None:
    market = np.full(HOURS, 0.01) + np.random.default_rng(2).normal(0, 0.01, HOURS)
    window = KnownWindow(lambda _i, _j: 0.0, market=market)

    assert run_exam(window, SmallDesign(), alpha=0.01, seed=1).passing == ()


def test_genomes_that_hardly_trade_are_not_examined() -> None:
    window = KnownWindow(lambda i, _j: 0.01 if i == 7 else 0.0, lambda i, _j: i)

    outcome = run_exam(window, SmallDesign(), alpha=0.01, seed=1)

    assert outcome.passing == ()
    assert outcome.eligible == 15 * 20


def test_nobody_passes_who_lost_money() -> None:
    market = np.full(HOURS, -0.05)
    window = KnownWindow(lambda _i, _j: 0.01, market=market)

    outcome = run_exam(window, SmallDesign(), alpha=0.01, seed=1)

    assert outcome.passing == ()
    assert outcome.best_t is None
    assert outcome.resamples == 0


def test_at_most_twenty_pass_best_first() -> None:
    window = KnownWindow(lambda i, _j: 0.006 if i < 10 else 0.0)

    outcome = run_exam(window, SmallDesign(), alpha=0.01, seed=1)

    found = [row.t for row in outcome.passing]
    assert len(found) == 20
    assert found == sorted(found, reverse=True)


def test_near_copies_pass_once(monkeypatch: pytest.MonkeyPatch) -> None:
    window = KnownWindow(lambda i, _j: 0.006 if i == 7 else 0.0)
    plain = window.evaluate

    def copied(name: str, genomes: Floats) -> KnownResults:
        one = np.where(genomes[:, :1] == 7, [[7.0, 7.0]], genomes)
        return plain(name, one)

    monkeypatch.setattr(window, "evaluate", copied)

    assert len(run_exam(window, SmallDesign(), alpha=0.01, seed=1).passing) == 1


def test_memory_limit_changes_nothing_but_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def edge(i: int, j: int) -> float:
        return 0.005 if i == 9 and j < 9 else 0.0

    kept = run_exam(KnownWindow(edge), SmallDesign(), alpha=0.01, seed=1)
    monkeypatch.setattr(exam, "_KEPT_BYTES", 0)
    window = KnownWindow(edge)

    assert run_exam(window, SmallDesign(), alpha=0.01, seed=1) == kept
    assert window.evaluations > 400
