"""Correlation of two short series, without an array library.

Jobs that run every minute use it: importing numpy takes longer than the work.
"""

import math
from collections.abc import Sequence

FLAT = 1e-12
"""A series that deviates from its mean by less, relatively, does not move."""


def pearson(a: Sequence[float], b: Sequence[float]) -> float | None:
    """Return Pearson's correlation, None when a series does not move.

    Args:
        a: Finite numbers, at least one.
        b: As many finite numbers.
    """
    mean_a, mean_b = math.fsum(a) / len(a), math.fsum(b) / len(b)
    moved_a = [x - mean_a for x in a]
    moved_b = [x - mean_b for x in b]
    scale_a, scale_b = math.hypot(*moved_a), math.hypot(*moved_b)
    if scale_a <= FLAT * math.hypot(*a) or scale_b <= FLAT * math.hypot(*b):
        return None
    both = zip(moved_a, moved_b, strict=True)
    return math.fsum((x / scale_a) * (y / scale_b) for x, y in both)
