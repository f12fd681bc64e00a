"""Tests of the filter of near copies."""

import numpy as np

from tradestream.discovery.correlation import too_similar


def test_a_scaled_copy_is_too_similar() -> None:
    series = np.random.default_rng(1).normal(size=100)

    assert too_similar(series, [3 * series + 1])
    assert not too_similar(series, [-series])
    assert not too_similar(series, [])


def test_a_constant_series_is_like_none() -> None:
    series = np.random.default_rng(1).normal(size=100)

    assert not too_similar(series, [np.zeros(100)])
    assert not too_similar(np.zeros(100), [series])
    assert too_similar(series, [np.zeros(100), series])
