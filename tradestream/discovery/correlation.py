"""Which hourly excess returns are nearly the same."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MOST_CORRELATION = 0.9


def too_similar(
    excess: NDArray[np.floating],
    others: Sequence[NDArray[np.floating]],
    *,
    most: float = MOST_CORRELATION,
) -> bool:
    """Return whether `excess` correlates above `most` with any of `others`.

    Args:
        excess: Shape (hours,), no NaN.
        others: Series over the same hours; a constant one is like none.
        most: Largest correlation that still counts as different.
    """
    if not len(others):
        return False
    own = excess.astype(np.float64) - excess.mean(dtype=np.float64)
    table = np.asarray(others, np.float64)
    table = table - table.mean(axis=1, keepdims=True)
    scale = np.sqrt(np.sum(own**2) * np.sum(table**2, axis=1))
    known = scale > 1e-18
    if not known.any():
        return False
    return bool(np.max((table @ own)[known] / scale[known]) > most)
