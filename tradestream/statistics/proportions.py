"""Shares with their intervals."""

import math

Z95 = 1.959963984540054


def wilson(successes: int, trials: int, z: float = Z95) -> tuple[float, float]:
    """Return the Wilson interval (1927) of a share, 95 % by default.

    Args:
        successes: 0 to `trials`.
        trials: None at all give (0, 1).
        z: Normal quantile.
    """
    if trials == 0:
        return 0.0, 1.0
    share = successes / trials
    scale = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / scale
    half = (
        z
        / scale
        * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    )
    low = 0.0 if successes == 0 else centre - half
    high = 1.0 if successes == trials else centre + half
    return low, high
