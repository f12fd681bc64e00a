"""Tests of standard errors: right on noise, larger for those that were lucky."""

import math
from statistics import NormalDist

import numpy as np
import pytest

from tradestream.statistics.standard_errors import (
    degrees_of_freedom,
    indifferent_errors,
    normal_scores,
    plain_errors,
)


def test_plain_error_is_the_spread_of_means() -> None:
    random = np.random.default_rng(1)
    series = random.normal(size=(4000, 50))

    assert series.mean(axis=1).std() == pytest.approx(
        plain_errors(series).mean(), rel=0.03
    )


def test_a_constant_series_has_no_error() -> None:
    assert plain_errors(np.full((1, 97), 0.3))[0] == 0.0


def test_an_indifferent_position_has_the_error_that_is_computed() -> None:
    random = np.random.default_rng(2)
    market = random.normal(size=(3000, 120))
    held = random.random(market.shape) < 0.3
    means = np.mean((held - 0.3) * market, axis=1)

    computed = [indifferent_errors(np.array([0.3]), row)[0] for row in market]

    assert means.std() == pytest.approx(np.mean(computed), rel=0.05)


def test_normal_hours_have_as_many_degrees_as_hours() -> None:
    series = np.random.default_rng(3).normal(size=(50, 2000))

    assert degrees_of_freedom(series).mean() == pytest.approx(2000, rel=0.1)


def test_few_active_hours_have_few_degrees() -> None:
    series = np.zeros((1, 336))
    series[0, ::34] = np.tile([1.0, -1.0], 5)

    assert degrees_of_freedom(series)[0] == pytest.approx(20.6, rel=0.05)


@pytest.mark.parametrize(
    ("degrees", "t", "tail"),
    [(5.0, 4.032, 0.005), (10.0, 4.144, 0.001), (30.0, 3.385, 0.001)],
)
def test_scores_agree_with_tables_of_student(
    degrees: float, t: float, tail: float
) -> None:
    score = normal_scores(np.array([t, -t]), np.array([degrees, degrees]))

    assert score[0] == pytest.approx(NormalDist().inv_cdf(1 - tail), abs=0.02)
    assert score[1] == -score[0]


def test_scores_of_many_degrees_are_the_t_themselves() -> None:
    t = np.linspace(-4, 4, 9)

    assert normal_scores(t, np.full(9, 1e5)) == pytest.approx(t, abs=1e-3)
    assert math.isclose(normal_scores(np.zeros(1), np.ones(1) * 4)[0], 0.0)
