"""The processes, and that planted markets are what they claim."""

import numpy as np
import pytest

from services.exchange_simulator.calibrate import excess_sharpes, validated, window_of
from services.exchange_simulator.processes import (
    Brownian,
    Garch,
    MeanReversion,
    Process,
    TrendPersistence,
)
from services.exchange_simulator.venue import PLANTED, synthetic_markets

MARKETS = {market.symbol: market for market in synthetic_markets(0, seed=1)}
KNOWN = {
    ("Trend", 40): ("DONCHIAN_BREAKOUT", [[50.0]]),
    ("Trend", 12): ("DONCHIAN_BREAKOUT", [[50.0]]),
    ("Mean", 40): ("BBAND_W_R", [[50.0, 28.0, 1.78]]),
    ("Mean", 12): ("SMA_RSI", [[7.0, 12.0, 71.0, 38.0], [7.0, 16.0, 74.0, 37.0]]),
}
"""Genomes that each kind of edge is known to feed."""


def returns(process: Process, days: int, *, seed: int = 1) -> "np.ndarray":
    random = np.random.default_rng(seed)
    state = process.start(random)
    made = []
    for _ in range(days):
        day, _, state = process.day(random, state)
        made.append(day)
    return np.concatenate(made)


def test_brownian_motion_has_its_volatility_and_drift() -> None:
    made = returns(Brownian(5e-4, 1e-5), 200)

    assert made.std() == pytest.approx(5e-4, rel=0.01)
    assert made.mean() == pytest.approx(1e-5, abs=4e-6)


def test_garch_is_calm_and_stormy_with_fat_tails_and_no_memory_of_sign() -> None:
    made = returns(Garch(5e-4), 200)
    sizes = np.abs(made)

    assert made.std() == pytest.approx(5e-4, rel=0.15)
    assert np.corrcoef(sizes[1:], sizes[:-1])[0, 1] > 0.05
    assert abs(np.corrcoef(made[1:], made[:-1])[0, 1]) < 0.03
    assert ((made / made.std()) ** 4).mean() > 4


def test_trends_persist_and_turn() -> None:
    made = returns(TrendPersistence(5e-4, 1e-4, 300), 400).reshape(-1, 60).sum(axis=1)

    assert np.corrcoef(made[1:], made[:-1])[0, 1] > 0.3
    assert abs(np.corrcoef(made[40:], made[:-40])[0, 1]) < 0.1


def test_deviations_halve_in_their_half_life() -> None:
    path = np.cumsum(returns(MeanReversion(0.0, 5e-3, 30), 400))
    path -= path.mean()

    assert path.std() == pytest.approx(5e-3, rel=0.1)
    assert np.corrcoef(path[30:], path[:-30])[0, 1] == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    "process",
    [
        Brownian(5e-4),
        Garch(5e-4),
        TrendPersistence(5e-4, 1e-4, 300),
        MeanReversion(2e-4, 5e-3, 30),
    ],
)
def test_the_same_randomness_makes_the_same_returns(process: Process) -> None:
    assert (returns(process, 3) == returns(process, 3)).all()
    assert (returns(process, 3) != returns(process, 3, seed=2)).any()


@pytest.mark.parametrize("symbol", PLANTED)
def test_a_planted_edge_pays_after_costs_what_it_is_named_for(symbol: str) -> None:
    planted, named = PLANTED[symbol]
    kind = "Trend" if isinstance(planted, TrendPersistence) else "Mean"
    strategy_name, genomes = KNOWN[kind, named]
    window = window_of(MARKETS[symbol], 0, 120)

    sharpe = excess_sharpes(window, strategy_name, np.array(genomes)).max()

    # 120 days show an annual Sharpe ratio within ±1.7, one standard error.
    assert abs(sharpe - named) < 8


@pytest.mark.parametrize("symbol", ["GBM3-USD", "GARCH3-USD"])
def test_a_market_without_an_edge_does_not_pass_the_exam(symbol: str) -> None:
    assert not validated(MARKETS[symbol], 18)


def test_a_strong_edge_passes_the_exam_of_the_first_demo() -> None:
    assert validated(MARKETS["TREND1-USD"], 18)
