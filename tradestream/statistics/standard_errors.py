"""How far the mean excess of hours strays by chance, and how surely that is known.

Without an edge the excess of an hour is a martingale difference: hours are
uncorrelated, so the plain error of a mean is right and nothing is won by
estimating correlations. But a search looks at the genomes whose error happens
to come out small. Two things guard against that (ADR 0015, measured there):

- an error is at least that of a position that knows nothing, which depends on
  exposure and market alone and not on luck;
- few hours with large moves say little about the error itself. Their t has the
  tails of Student's distribution, and is turned into the normal score that is
  as unlikely.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_DEGREES = 2.0


def plain_errors(series: NDArray[np.floating]) -> Floats:
    """Return the standard error of the mean of each row, shape (genomes,).

    Args:
        series: Shape (genomes, hours), no NaN; 0 where a row is constant.
    """
    hours = series.shape[1]
    deviations = series.std(axis=1, dtype=np.float64)
    # A constant series has rounding noise only.
    noise = 1e-12 * np.max(np.abs(series), axis=1, initial=0.0)
    return np.where(deviations > noise, deviations / np.sqrt(hours), 0.0)


def indifferent_errors(exposure: Floats, market: Floats) -> Floats:
    """Return the errors of positions that are held at any time alike.

    A position held a share p of the time has x = (1 − p)·M while it is held and
    −p·M while it is not: a variance of p·(1 − p)·mean(M²), however often it
    trades.

    Args:
        exposure: Shape (genomes,), share of the time in the market.
        market: Shape (hours,), the market's return an hour.
    """
    spread = np.clip(exposure * (1 - exposure), 0.0, None)
    return np.asarray(np.sqrt(spread * np.mean(market**2) / len(market)))


def degrees_of_freedom(series: NDArray[np.floating]) -> Floats:
    """Return how many degrees of freedom the variance of each row has.

    2·n ÷ (kurtosis − 1), by matching the variance of the sample variance
    (Satterthwaite 1946): n − 1 or so for normal hours, about twice the number
    of active hours when these are few. At least 2.

    Args:
        series: Shape (genomes, hours), no NaN, not constant.
    """
    hours = series.shape[1]
    squares = (series - series.mean(axis=1, dtype=np.float64)[:, None]) ** 2
    second = squares.mean(axis=1)
    fourth = np.mean(squares * squares, axis=1)
    kurtosis = np.full(len(second), 3.0)
    np.divide(fourth, second**2, out=kurtosis, where=second > 0)
    degrees = 2 * hours / np.maximum(kurtosis - 1, 1e-9)
    return np.asarray(np.clip(degrees, LEAST_DEGREES, float(hours)))


def normal_scores(t: Floats, degrees: Floats) -> Floats:
    """Return the normal scores that are as unlikely as values of Student's t.

    z = ±(8ν + 1) ÷ (8ν + 3) · √(ν·ln(1 + t² ÷ ν)) (Wallace 1959); below 0.02 off
    for ν ≥ 3 up to 5 standard deviations.

    Args:
        t: Shape (genomes,).
        degrees: Shape (genomes,), ν.
    """
    size = np.sqrt(degrees * np.log1p(t * t / degrees))
    return np.asarray(np.sign(t) * (8 * degrees + 1) / (8 * degrees + 3) * size)
