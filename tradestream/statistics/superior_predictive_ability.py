"""Hansen's test for superior predictive ability (2005) as a max-t test.

Of many genomes, which have a mean excess above nil, so that the chance of
naming any when none has is at most α? The critical value is a quantile of the
largest studentized mean over resamples in which every mean is moved to nil,
but for hopeless genomes (SPA_c), which most are once costs are paid: they
would only make the test blunt.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tradestream.statistics.standard_errors import (
    degrees_of_freedom,
    normal_scores,
    plain_errors,
)
from tradestream.statistics.stationary_bootstrap import MEAN_BLOCK_HOURS, draw_weights

LEAST_RESAMPLES = 999
TAIL_RESAMPLES = 20
"""A quantile needs so many resamples beyond it: 20 ÷ α are drawn."""

FAR_BELOW = -10.0
"""A genome with t below this cannot hold the largest mean of any resample."""

BATCH = 250

Excess = NDArray[np.floating]
ExcessChunks = Callable[[], Iterable[Excess]]
"""Gives the excess returns, chunk by chunk (genomes, hours), as often as asked;
always the same chunks in the same order."""


@dataclass(frozen=True, slots=True)
class Moments:
    """What the test knows of each genome.

    Attributes:
        mean: Shape (genomes,), mean excess an hour.
        error: Shape (genomes,), its standard error.
        t: Shape (genomes,), mean ÷ error as the normal score that is as unlikely;
            −inf where a series is constant.
    """

    mean: NDArray[np.float64]
    error: NDArray[np.float64]
    t: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of the test.

    Attributes:
        resamples: How many were drawn.
        critical_value: The smallest t that passes; None when drawing stopped
            early, because nothing could pass any more.
        reached: How many resamples had a maximum of at least the best t.
    """

    resamples: int
    critical_value: float | None
    reached: int


def moments(
    series: Excess, *, least_error: NDArray[np.float64] | None = None
) -> Moments:
    """Return mean, error, and t of series of shape (genomes, hours).

    Args:
        series: Excess returns, no NaN.
        least_error: Shape (genomes,), what the error is at least, if known from
            more than the series (`standard_errors.indifferent_errors`).
    """
    mean = np.asarray(series.mean(axis=1, dtype=np.float64))
    plain = plain_errors(series)
    error = plain if least_error is None else np.maximum(plain, least_error)
    error = np.where(plain > 0, error, 0.0)
    t = np.zeros(len(mean))
    np.divide(mean, error, out=t, where=plain > 0)
    scores = normal_scores(t, degrees_of_freedom(series))
    # Far beyond the noise of the bootstrap; equal on every machine.
    return Moments(mean, error, np.where(plain > 0, np.round(scores, 9), -np.inf))


def resamples_needed(alpha: float) -> int:
    """Return how many resamples a test of size `alpha` draws when it goes on."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1, was {alpha}")
    return max(LEAST_RESAMPLES, math.ceil(TAIL_RESAMPLES / alpha - 1e-9))


def superior(
    chunks: ExcessChunks,
    found: Moments,
    best_t: float,
    *,
    alpha: float,
    seed: int,
    stop_early: bool = True,
    mean_block: float = MEAN_BLOCK_HOURS,
) -> Verdict:
    """Draw until it is known which t passes at size `alpha`.

    p = (1 + maxima of at least t) ÷ (1 + resamples) ≤ α passes. After at least
    999 resamples the draw ends as soon as the best t can no longer pass, which
    is what the full draw would have said.

    Args:
        chunks: Excess returns of the genomes of `found`, in its order.
        found: Their moments.
        best_t: The largest t of a genome that may pass.
        alpha: Size of the test, in (0, 1).
        seed: Seed of the resamples, 0 or more.
        stop_early: Stop when nothing can pass any more.
        mean_block: Mean length of a block in hours.

    Raises:
        ValueError: If `alpha` is not in (0, 1).
    """
    total = resamples_needed(alpha)
    allowed = math.floor(alpha * (total + 1) + 1e-9) - 1
    maxima = np.empty(0)
    batches: list[int] = []
    while len(maxima) < total:
        # The first pass over the chunks draws what is always drawn.
        wanted = LEAST_RESAMPLES if not batches else min(BATCH * 4, total - len(maxima))
        drawn = _maxima(chunks, found, wanted, seed, len(batches), mean_block)
        batches.append(wanted)
        maxima = np.concatenate([maxima, drawn])
        reached = int(np.count_nonzero(maxima >= best_t))
        if stop_early and reached > allowed:
            return Verdict(len(maxima), None, reached)
    line = np.sort(maxima)[::-1][allowed]
    return Verdict(total, float(np.nextafter(line, np.inf)), reached)


def _maxima(
    chunks: ExcessChunks,
    found: Moments,
    resamples: int,
    seed: int,
    batch: int,
    mean_block: float,
) -> NDArray[np.float64]:
    """Return the largest studentized mean of each resample over all genomes."""
    largest = np.full(resamples, -np.inf)
    weights: NDArray[np.float32] | None = None
    first = 0
    for series in chunks():
        size, hours = series.shape
        part = slice(first, first + size)
        first += size
        if weights is None:
            weights = draw_weights(
                hours, resamples, seed=seed, batch=batch, mean_block=mean_block
            )
        near = found.t[part] > FAR_BELOW
        if not near.any():
            continue
        mean, error = found.mean[part][near], found.error[part][near]
        hopeless = found.t[part][near] < -math.sqrt(2 * math.log(math.log(hours)))
        scaled = (series[near] / error[:, None]).astype(np.float32)
        centre = np.where(hopeless, 0.0, mean / error).astype(np.float32)
        means = weights @ scaled.T
        means -= centre
        np.maximum(largest, means.max(axis=1), out=largest)
    # Sums of float32 differ in the last digits between machines.
    return np.round(largest, 4)
