"""The space of a strategy type's parameters, point by point.

A genome is a float64 row of values in declaration order. A parameter that must
exceed another begins one step above it, so every point of the space is valid
and none is ever thrown away.
"""

from collections.abc import Iterator
from functools import cached_property
from random import Random

import numpy as np
from numpy.typing import NDArray

from tradestream.candles import Floats
from tradestream.strategies.declaration import StrategyType, Value


class Space:
    """All genomes of a strategy type.

    Attributes:
        strategy: The type.
        genes: Shape (p, 4), of each parameter the lowest and highest place on
            its grid, how many places make 1, and the parameter that it must
            exceed (−1 for none). Kernels decode with it.
    """

    def __init__(self, strategy: StrategyType) -> None:
        self.strategy = strategy
        names = [p.name for p in strategy.parameters]
        rows = [
            (
                p.index(p.low),
                p.index(p.high),
                p.per_unit,
                -1 if p.above is None else names.index(p.above),
            )
            for p in strategy.parameters
        ]
        self.genes = np.array(rows, np.float64)

    def size(self) -> int:
        """Return how many genomes there are."""
        return self._size

    @cached_property
    def _size(self) -> int:
        counts: dict[tuple[int, ...], int] = {(): 1}
        for j in range(len(self.genes)):
            if not self._is_floor(j):
                # nothing depends on this gene: only its number of values counts
                counts = _merged(
                    (key, n * len(self._places(j, key))) for key, n in counts.items()
                )
                counts = {(*key, 0): n for key, n in counts.items()}
                continue
            counts = _merged(
                ((*key, place), n)
                for key, n in counts.items()
                for place in self._places(j, key)
            )
        return sum(counts.values())

    def decode(self, keys: Floats) -> Floats:
        """Return the genomes that numbers in [0, 1) stand for, shape (g, p)."""
        places = np.empty_like(keys)
        for j, (low, high, _, above) in enumerate(self.genes):
            floor = np.full(len(keys), low)
            if above >= 0:
                floor = np.maximum(low, places[:, int(above)] + 1)
            places[:, j] = floor + np.floor(keys[:, j] * (high - floor + 1))
        return np.asarray(places / self.genes[:, 2])

    def enumerate(self) -> Floats:
        """Return every genome in ascending order, shape (size, p)."""
        places = np.zeros((1, 0))
        for low, high, _, above in self.genes:
            floors = np.full(len(places), low)
            if above >= 0:
                floors = np.maximum(low, places[:, int(above)] + 1)
            widths = (high - floors + 1).astype(np.int64)
            begins = np.cumsum(widths) - widths
            own = np.arange(widths.sum()) + np.repeat(floors - begins, widths)
            places = np.column_stack([np.repeat(places, widths, axis=0), own])
        return np.ascontiguousarray(places / self.genes[:, 2])

    def neighbours(self, genome: Floats) -> Floats:
        """Return the genomes one step in one gene away, shape (k, p), k ≤ 2p."""
        return self.all_neighbours(genome.reshape(1, -1))[0]

    def all_neighbours(self, genomes: Floats) -> tuple[Floats, NDArray[np.int64]]:
        """Return the neighbours of genomes, shape (g, p), one genome after another.

        Returns:
            Shape (k, p), and how many each genome has, shape (g,).
        """
        genes = self.genes
        steps = np.repeat(np.eye(len(genes)), 2, axis=0)
        steps[::2] *= -1
        moved = np.rint(genomes * genes[:, 2])[:, None, :] + steps
        inside = (moved >= genes[:, 0]) & (moved <= genes[:, 1])
        bound = np.flatnonzero(genes[:, 3] >= 0)
        floors = moved[:, :, genes[bound, 3].astype(np.int64)]
        inside[:, :, bound] &= moved[:, :, bound] > floors
        valid = inside.all(axis=2)
        return moved[valid] / genes[:, 2], np.count_nonzero(valid, axis=1)

    def random(self, count: int, seed: int | str) -> Floats:
        """Return random genomes, shape (count, p), possibly some twice.

        The numbers come from Python's own generator: the same in every version.
        """
        source = Random(seed)
        keys = [[source.random() for _ in self.genes] for _ in range(count)]
        return self.decode(np.array(keys).reshape(count, len(self.genes)))

    def parameters(self, genome: Floats) -> dict[str, Value]:
        """Return a genome as typed parameters by name."""
        return {
            p.name: p.value(round(float(value) * p.per_unit))
            for p, value in zip(self.strategy.parameters, genome, strict=True)
        }

    def genome(self, parameters: dict[str, Value]) -> Floats:
        """Return checked parameters as a genome, shape (p,).

        Raises:
            ValueError: As `StrategyType.check` does.
        """
        checked = self.strategy.check(parameters)
        return np.array([float(value) for value in checked.values()])

    def _is_floor(self, j: int) -> bool:
        return bool(np.any(self.genes[:, 3] == j))

    def _places(self, j: int, before: tuple[int, ...]) -> range:
        """Return the places of gene j, given those of the genes before it."""
        low, high, _, above = (int(x) for x in self.genes[j])
        if above >= 0:
            low = max(low, int(before[above]) + 1)
        return range(low, high + 1)


_MOST_SPACES = 1_000
_spaces: dict[int, Space] = {}


def space_of(strategy: StrategyType) -> Space:
    """Return the space of a type, made once."""
    if id(strategy) not in _spaces:
        if len(_spaces) == _MOST_SPACES:
            _spaces.clear()
        _spaces[id(strategy)] = Space(strategy)  # which keeps the type, so its id
    return _spaces[id(strategy)]


def _merged(
    counts: Iterator[tuple[tuple[int, ...], int]],
) -> dict[tuple[int, ...], int]:
    merged: dict[tuple[int, ...], int] = {}
    for key, count in counts:
        merged[key] = merged.get(key, 0) + count
    return merged
