"""Testing by betting: the evidence of a frozen claim, hour after hour.

Whoever claims an edge bets on it. If the excess return has no positive mean
given the past, nobody gets rich: P(capital ever ≥ 1/a) ≤ a (Ville 1939), so
the capital may be looked at on every bar (Waudby-Smith & Ramdas 2024).
"""

import math
from collections.abc import Iterable

STAKES = (0.03, 0.06, 0.12, 0.25)
"""Capital staked on an hour of one standard deviation, by four players."""

START = (0.25, 0.25, 0.25, 0.25)
LARGEST_GAIN = 4.0
"""Gains beyond so many standard deviations are cut; losses are not."""

Capitals = tuple[float, float, float, float]


def spent_share(number: int) -> float:
    """Return the share of a budget that item `number`, from 1, may spend.

    6 ÷ (π² k²): over all k the shares sum to 1.
    """
    if number < 1:
        raise ValueError(f"a number from 1 is required, was {number}")
    return 6 / (math.pi**2 * number**2)


def threshold(number: int, *, budget: float = 0.025) -> float:
    """Return the capital at which claim `number` is proven: 65.8 k² by default."""
    return 1 / (budget * spent_share(number))


def fold(capitals: Capitals, excess: Iterable[float], deviation: float) -> Capitals:
    """Return the capitals after betting on some hours, oldest first.

    Args:
        capitals: What the four players own.
        excess: Excess return of each hour.
        deviation: Standard deviation of an hour, known before the first.

    Raises:
        ValueError: If `deviation` is not positive.
    """
    if not deviation > 0:
        raise ValueError(f"deviation must be above 0, was {deviation}")
    a, b, c, d = capitals
    ga, gb, gc, gd = STAKES
    for value in excess:
        z = min(value / deviation, LARGEST_GAIN)
        a *= max(1 + ga * z, 0.0)
        b *= max(1 + gb * z, 0.0)
        c *= max(1 + gc * z, 0.0)
        d *= max(1 + gd * z, 0.0)
    return (a, b, c, d)


def evidence(capitals: Iterable[float]) -> float:
    """Return the e-value: what all players own together, from 1."""
    return math.fsum(capitals)
