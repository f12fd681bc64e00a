"""Tests of the probability of backtest overfitting."""

import numpy as np
import pytest

from tradestream.statistics.pbo import overfitting_probability


def test_noise_is_overfitted_half_of_the_time() -> None:
    random = np.random.default_rng(43)

    shares = [overfitting_probability(random.normal(size=(30, 336))) for _ in range(12)]

    assert np.mean([s for s in shares if s is not None]) == pytest.approx(0.5, abs=0.15)


def test_a_steady_edge_is_not_overfitted() -> None:
    series = np.random.default_rng(47).normal(size=(30, 336))
    series[3] += 0.5

    share = overfitting_probability(series)

    assert share is not None
    assert share < 0.01


def test_too_little_to_judge_is_undefined() -> None:
    assert overfitting_probability(np.zeros((1, 336))) is None
    assert overfitting_probability(np.zeros((5, 20))) is None
