"""Tests of the max-t test: honest on noise, sharp on an edge, cheap when lost."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tradestream.statistics.superior_predictive_ability import (
    ExcessChunks,
    Moments,
    Verdict,
    moments,
    resamples_needed,
    superior,
)

HOURS = 168


def in_chunks(series: NDArray[np.float64], size: int = 1000) -> ExcessChunks:
    def chunks() -> Iterator[NDArray[np.float64]]:
        for first in range(0, len(series), size):
            yield series[first : first + size]

    return chunks


def judge(
    series: NDArray[np.float64], alpha: float, *, size: int = 1000, early: bool = True
) -> tuple[Moments, Verdict]:
    found = moments(series)
    verdict = superior(
        in_chunks(series, size),
        found,
        float(found.t.max()),
        alpha=alpha,
        seed=7,
        stop_early=early,
    )
    return found, verdict


def noise(random: np.random.Generator, genomes: int = 25) -> NDArray[np.float64]:
    """Correlated genomes without an edge, with fat tails."""
    common = random.standard_t(4, size=HOURS)
    return random.standard_t(4, size=(genomes, HOURS)) + 0.7 * common


def test_rejects_noise_as_rarely_as_promised() -> None:
    random = np.random.default_rng(11)
    rejected = 0
    for _ in range(200):
        found, verdict = judge(noise(random), 0.05)
        line = verdict.critical_value
        rejected += line is not None and bool(found.t.max() >= line)

    # 10 expected; the bootstrap may reject up to twice as often as it says.
    assert rejected <= 24


def test_finds_a_planted_mean_and_only_that() -> None:
    random = np.random.default_rng(3)
    hits = 0
    for _ in range(30):
        series = noise(random)
        series[4] += 0.45 * series[4].std()
        found, verdict = judge(series, 0.0076)
        assert verdict.critical_value is None or verdict.critical_value > 2
        if verdict.critical_value is not None:
            hits += bool(found.t[4] >= verdict.critical_value)

    assert hits >= 24


def test_hopeless_genomes_do_not_make_the_test_blunt() -> None:
    random = np.random.default_rng(5)
    good = random.normal(size=(5, HOURS))
    good[0] += 0.35
    hopeless = random.normal(size=(400, HOURS)) - 0.5

    _, alone = judge(good, 0.02)
    _, crowded = judge(np.concatenate([good, hopeless]), 0.02)

    assert alone.critical_value is not None
    assert crowded.critical_value is not None
    assert crowded.critical_value - alone.critical_value < 0.15


@pytest.mark.parametrize("alpha", [0.05, 0.0076])
def test_stopping_early_decides_as_the_full_draw(alpha: float) -> None:
    random = np.random.default_rng(13)
    early_stops = 0
    for shift in np.linspace(0, 0.5, 12):
        series = noise(random, 12)
        series[0] += shift
        found, early = judge(series, alpha)
        _, full = judge(series, alpha, early=False)
        best = found.t.max()
        assert full.critical_value is not None
        passed = early.critical_value is not None and best >= early.critical_value
        assert passed == bool(best >= full.critical_value)
        early_stops += early.critical_value is None
        assert early.resamples >= 999

    assert 0 < early_stops < 12


def test_chunks_of_genomes_share_their_draws() -> None:
    series = noise(np.random.default_rng(17), 60)

    _, whole = judge(series, 0.05, early=False)
    _, chunked = judge(series, 0.05, size=7, early=False)

    assert whole.critical_value == pytest.approx(chunked.critical_value, abs=2e-4)


def test_same_seed_gives_the_same_verdict() -> None:
    series = noise(np.random.default_rng(19))

    assert judge(series, 0.01, early=False)[1] == judge(series, 0.01, early=False)[1]


def test_draws_twenty_resamples_beyond_the_quantile() -> None:
    assert resamples_needed(0.05) == 999
    assert resamples_needed(0.001) == 20_000
    with pytest.raises(ValueError, match="alpha must be between 0 and 1, was 0"):
        resamples_needed(0)
