"""Probability of backtest overfitting by combinatorially symmetric cross-validation.

Bailey, Borwein, López de Prado & Zhu (2015). Shown, not gated: with costs it is
0 on every market without an edge, since bad genomes are reliably bad.
"""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

BLOCKS = 16
_CHUNK = 1024


def overfitting_probability(series: NDArray[np.floating]) -> float | None:
    """Return how often the best half-sample genome is below the median elsewhere.

    All 12,870 ways to choose 8 of 16 blocks of hours; the genome with the best
    Sharpe ratio in the chosen ones is ranked in the others.

    Args:
        series: Shape (genomes, hours), no NaN; trailing hours that do not
            fill a block are left out.

    Returns:
        A share, None for fewer than 2 genomes or fewer than 2 hours a block.
    """
    genomes, hours = series.shape
    length = hours // BLOCKS
    if genomes < 2 or length < 2:
        return None
    blocks = series[:, : length * BLOCKS].astype(np.float64)
    blocks = blocks.reshape(genomes, BLOCKS, length)
    sums, squares = blocks.sum(axis=2).T, (blocks**2).sum(axis=2).T
    chosen = _halves()
    below = 0
    for first in range(0, len(chosen), _CHUNK):
        inside = chosen[first : first + _CHUNK]
        half = length * BLOCKS // 2
        best = _sharpes(inside, sums, squares, half).argmax(axis=1)
        outside = _sharpes(1 - inside, sums, squares, half)
        own = np.take_along_axis(outside, best[:, None], axis=1)
        worse = np.mean(outside < own, axis=1) + np.mean(outside == own, axis=1) / 2
        below += int(np.count_nonzero(worse <= 0.5))
    return below / len(chosen)


def _halves() -> NDArray[np.float64]:
    picks = np.array(list(combinations(range(BLOCKS), BLOCKS // 2)))
    chosen = np.zeros((len(picks), BLOCKS))
    np.put_along_axis(chosen, picks, 1.0, axis=1)
    return chosen


def _sharpes(
    chosen: NDArray[np.float64],
    sums: NDArray[np.float64],
    squares: NDArray[np.float64],
    hours: int,
) -> NDArray[np.float64]:
    mean = chosen @ sums / hours
    variance = chosen @ squares / hours - mean**2
    return np.asarray(mean / np.sqrt(np.maximum(variance, 1e-18)))
