"""Landscapes on grids whose summit is known: the larger, the better, 0 at the top."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Landscape:
    """A function of places on a grid.

    Attributes:
        genes: Shape (p, 4), lowest and highest place, 1, and the gene that must be
            lower, −1 for none; as `Space.genes`.
        height: Maps places of shape (n, p) to heights of shape (n,).
    """

    genes: Floats
    height: Callable[[Places], Floats]

    @property
    def points(self) -> int:
        """At least as many points as there are."""
        return int(np.prod(self.genes[:, 1] - self.genes[:, 0] + 1))


def _box(genes: int, high: int) -> Floats:
    return np.array([(0, high, 1, -1)] * genes, np.float64)


def _sphere(places: Places) -> Floats:
    return np.asarray(-np.sum((places - 63.0) ** 2, axis=1))


def _rastrigin(places: Places) -> Floats:
    x = (places - 141) / 200 * 5.12
    hills = x**2 - 10 * np.cos(2 * np.pi * x) + 10
    return np.asarray(-np.sum(hills, axis=1))


def _deceptive(places: Places) -> Floats:
    """Slopes lead to 0; the summit is a plateau of seven places at the other end."""
    trap = np.where(places >= 44, 0.0, -5.0 - places / 10.0)
    return np.asarray(np.sum(trap, axis=1))


def _ordered(places: Places) -> Floats:
    """A ridge on which each gene wants a certain gap to the one before it."""
    first, second, third = places.T.astype(np.float64)
    wanted = (first - 11) ** 2 + 4 * (second - first - 3) ** 2
    return np.asarray(-(wanted + 2 * (third - second - 25) ** 2))


LANDSCAPES = {
    "sphere": Landscape(_box(4, 100), _sphere),
    "rastrigin": Landscape(_box(3, 200), _rastrigin),
    "deceptive": Landscape(_box(3, 50), _deceptive),
    "ordered": Landscape(
        np.array([(2, 40, 1, -1), (5, 60, 1, 0), (6, 100, 1, 1)], np.float64), _ordered
    ),
}
