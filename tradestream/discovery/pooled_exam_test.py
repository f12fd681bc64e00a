"""Tests of the pooled exam, on windows made up hour by hour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tradestream.discovery.exam import ExamOutcome
from tradestream.discovery.pooled_exam import (
    Hours,
    on_grid,
    run_pooled_exam,
    scaled_excess,
)

Floats = NDArray[np.float64]

NAME = "SMA_RSI"
GENOMES = np.array([[5.0 + n, 14.0, 70.0, 30.0] for n in range(40)])
HOURS = Hours(first=0, count=336)


@dataclass(frozen=True)
class Result:
    """What a made-up window says of some genomes."""

    hourly: Floats
    exposure: Floats
    trades: Floats
    total_return: Floats


@dataclass(frozen=True)
class MadeUp:
    """A member on which each genome has returns of its own."""

    returns: Floats
    trades: Floats
    first_hour: int = 0
    market_hourly: Floats = field(default_factory=lambda: np.zeros(HOURS.count))

    def evaluate(self, strategy_name: str, genomes: Floats) -> Result:
        """Return the rows of `genomes`."""
        assert strategy_name == NAME
        rows = (genomes[:, 0] - 5).astype(int)
        chosen = self.returns[rows]
        return Result(
            chosen, np.zeros(len(rows)), self.trades[rows], chosen.sum(axis=1)
        )


@dataclass(frozen=True)
class MadeUpDesign:
    """A fixed list of genomes."""

    genomes: Mapping[str, Floats]


DESIGN = MadeUpDesign({NAME: GENOMES})


def group(
    members: int, *, edge: float = 0.0, shared: float = 0.0, seed: int = 1
) -> dict[str, MadeUp]:
    """Return members; genome 0 has an edge on each, all share shocks."""
    random = np.random.default_rng(seed)
    common = random.normal(0, 1, (len(GENOMES), HOURS.count))
    found = {}
    for place in range(members):
        own = random.normal(0, 1, (len(GENOMES), HOURS.count))
        returns = 0.01 * (np.sqrt(shared) * common + np.sqrt(1 - shared) * own)
        returns[0] += 0.01 * edge
        found[f"M{place}"] = MadeUp(returns, np.full(len(GENOMES), 20.0))
    return found


def examine(members: Mapping[str, Any], **changes: Any) -> ExamOutcome:
    given = {"alpha": 0.05, "seed": 3, **changes}
    return run_pooled_exam(sorted(members), members.__getitem__, DESIGN, HOURS, **given)


def test_an_edge_too_small_for_one_is_proven_on_ten() -> None:
    ten = group(10, edge=0.12)
    alone = [examine({"A": one, "B": one}) for one in ten.values()]

    outcome = examine(ten)

    assert [row.parameters["movingAveragePeriod"] for row in outcome.passing] == [5]
    assert sum(bool(each.passing) for each in alone) <= 2


def test_copies_of_one_market_prove_no_more_than_it_does() -> None:
    one = group(1, edge=0.12)["M0"]

    few = examine({"A": one, "B": one})
    many = examine(dict.fromkeys("ABCDEFGHIJ", one))

    assert many.best_t == pytest.approx(few.best_t, rel=1e-5)
    assert bool(many.passing) == bool(few.passing)


@pytest.mark.parametrize("shared", [0.0, 0.5, 0.95])
def test_false_alarms_do_not_grow_with_what_is_shared(shared: float) -> None:
    lives = 80

    passed = sum(
        bool(examine(group(6, shared=shared, seed=seed), alpha=0.05).passing)
        for seed in range(lives)
    )

    # The bootstrap itself rejects up to twice too often on so few hours (ADR 0009).
    assert passed <= 14


def test_a_genome_that_rarely_trades_on_most_members_is_not_judged() -> None:
    members = group(4, edge=2.0)
    rare = np.full(len(GENOMES), 20.0)
    rare[0] = 9.0
    for name in ("M0", "M1", "M2"):
        members[name] = MadeUp(members[name].returns, rare)

    outcome = examine(members)

    assert outcome.eligible == len(GENOMES) - 1
    assert not outcome.passing


def test_a_loss_on_the_whole_is_never_proven() -> None:
    members = group(4, edge=1.0)
    falling = {
        name: MadeUp(one.returns - 0.02, one.trades, 0, np.full(HOURS.count, 0.0))
        for name, one in members.items()
    }

    outcome = examine(falling)

    assert outcome.best_t is None
    assert not outcome.passing


def test_scaling_leaves_out_what_counts_for_nothing() -> None:
    hourly = np.array([[1.0, -1.0], [2.0, 2.0], [4.0, -4.0]])
    result = Result(hourly, np.zeros(3), np.array([10, 99, 9]), np.ones(3))

    counted, scaled, floor = scaled_excess(result, np.zeros(2))

    assert counted.tolist() == [True, False, False]
    assert scaled.tolist() == [[1.0, -1.0]]
    assert floor.tolist() == [0.0]


def test_luck_cannot_make_the_scale_smaller_than_that_of_the_ignorant() -> None:
    market = np.array([2.0, -2.0, 2.0, -2.0])
    hourly = np.array([[1.001, -1.0, 1.0, -1.0]])
    result = Result(hourly, np.array([0.5]), np.array([10]), np.ones(1))

    _, scaled, floor = scaled_excess(result, market)

    # x is next to nothing, its scale is that of half the market.
    assert np.abs(scaled).max() < 0.002
    assert floor.tolist() == [1.0]


def test_hours_are_put_where_the_clock_says() -> None:
    placed = on_grid(np.array([[1.0, 2.0]]), 7_200, Hours(0, 6))

    assert placed.tolist() == [[0, 0, 1, 2, 0, 0]]


def test_one_member_is_no_group() -> None:
    with pytest.raises(ValueError, match="at least 2 members"):
        examine({"A": group(1)["M0"]})


def test_more_hours_than_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="hours are required"):
        run_pooled_exam(
            ["A", "B"], group(2).__getitem__, DESIGN, Hours(0, 2_000_000),
            alpha=0.05, seed=1,
        )  # fmt: skip
