"""Tests of the stationary bootstrap."""

import numpy as np

from tradestream.statistics.stationary_bootstrap import draw_weights


def test_every_resample_has_as_many_hours_as_the_series() -> None:
    weights = draw_weights(100, 50, seed=1, batch=0)

    assert np.allclose(weights.sum(axis=1), 1)
    assert weights.min() >= 0


def test_same_seed_and_batch_give_the_same_bytes() -> None:
    first = draw_weights(48, 20, seed=5, batch=2)

    assert first.tobytes() == draw_weights(48, 20, seed=5, batch=2).tobytes()
    assert first.tobytes() != draw_weights(48, 20, seed=5, batch=3).tobytes()
    assert first.tobytes() != draw_weights(48, 20, seed=6, batch=2).tobytes()


def test_every_hour_is_drawn_equally_often() -> None:
    weights = draw_weights(60, 20_000, seed=3, batch=0)

    assert np.allclose(weights.mean(axis=0) * 60, 1, atol=0.05)


def test_blocks_have_the_mean_length_asked_for() -> None:
    # With long blocks whole stretches are drawn or missing together.
    weights = draw_weights(1000, 400, seed=1, batch=0, mean_block=6.0)
    neighbours = np.mean([np.corrcoef(row[1:], row[:-1])[0, 1] for row in weights])

    assert abs(neighbours - (1 - 1 / 6)) < 0.02
