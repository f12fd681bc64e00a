"""Tests of the Deflated Sharpe Ratio."""

import numpy as np
import pytest

from tradestream.statistics.deflated_sharpe import (
    deflated_sharpe,
    expected_best_sharpe,
)


def test_expected_best_is_that_of_simulated_trials() -> None:
    random = np.random.default_rng(37)
    returns = random.normal(size=(300, 200, 50))
    sharpes = returns.mean(axis=2) / returns.std(axis=2, ddof=1)

    simulated = sharpes.max(axis=1).mean()

    assert expected_best_sharpe(200, 50) == pytest.approx(simulated, rel=0.05)


def test_one_trial_expects_nothing() -> None:
    assert expected_best_sharpe(1, 100) == 0.0


def test_more_trials_deflate_more() -> None:
    returns = np.random.default_rng(41).normal(0.15, 1, size=400)

    few, many = (deflated_sharpe(returns, trials=n) for n in (1, 10_000))

    assert few is not None
    assert many is not None
    assert few > 0.95 > many


def test_is_undefined_without_variation() -> None:
    assert deflated_sharpe(np.zeros(100), trials=5) is None
    assert deflated_sharpe(np.array([0.1, 0.2]), trials=5) is None
