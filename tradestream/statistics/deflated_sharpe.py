"""The Deflated Sharpe Ratio of Bailey & López de Prado (2014). Shown, not gated.

Sharpe ratios here are per period, never annual.
"""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

EULER_GAMMA = 0.5772156649015329
_NORMAL = NormalDist()


def expected_best_sharpe(trials: int, periods: int) -> float:
    """Return the Sharpe ratio that the best of many trials has without skill.

    SR₀ = √V·((1−γ)·Φ⁻¹(1−1/N) + γ·Φ⁻¹(1−1/(N·e))) with V = 1/T: the variance of
    a Sharpe ratio under the null. The variance seen among trials measures how
    differently genomes burn fees, and would make SR₀ unreachable.

    Args:
        trials: Distinct trials N; 1 or fewer give 0.
        periods: Length T of the series, at least 1.
    """
    if trials < 2:
        return 0.0
    best = (1 - EULER_GAMMA) * _NORMAL.inv_cdf(1 - 1 / trials)
    best += EULER_GAMMA * _NORMAL.inv_cdf(1 - 1 / (trials * math.e))
    return best / math.sqrt(periods)


def deflated_sharpe(returns: NDArray[np.float64], *, trials: int) -> float | None:
    """Return the probability that the true Sharpe ratio beats luck of `trials`.

    DSR = Φ((SR−SR₀)·√(T−1) ÷ √(1 − skew·SR + (kurt−1)/4·SR²)).

    Args:
        returns: Shape (periods,), no NaN.
        trials: How many distinct genomes were tried.

    Returns:
        A probability, None for fewer than 3 periods or a constant series.
    """
    periods = len(returns)
    if periods < 3:
        return None
    deviation = float(returns.std(ddof=1))
    if deviation <= 1e-15:
        return None
    sharpe = float(returns.mean()) / deviation
    z = (returns - returns.mean()) / returns.std()
    skew, kurtosis = float(np.mean(z**3)), float(np.mean(z**4))
    spread = 1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe**2
    above = sharpe - expected_best_sharpe(trials, periods)
    return _NORMAL.cdf(above * math.sqrt(periods - 1) / math.sqrt(max(spread, 1e-9)))
