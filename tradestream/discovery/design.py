"""The fixed design of genomes that a history exam examines.

Drawn from the catalogue's version alone, so every worker has the same list,
and no genome of it was ever bred on the bars that it is examined on.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from types import MappingProxyType

import numpy as np

from tradestream.candles import Floats
from tradestream.discovery.genome import Space
from tradestream.discovery.version import catalogue_version
from tradestream.strategies.catalogue import CATALOGUE

GENOMES_A_TYPE = 200


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """The genomes of an exam.

    Attributes:
        hash: SHA-256 of all genomes with their types, hexadecimal.
        genomes: Of each type, float64 (g, p): 200 distinct points of its space,
            or all of a smaller one.
    """

    hash: str
    genomes: Mapping[str, Floats]


@lru_cache(maxsize=1)
def design() -> Design:
    """Return the design of the catalogue."""
    genomes = {name: _drawn(Space(strategy)) for name, strategy in CATALOGUE.items()}
    listed = {name: values.tolist() for name, values in genomes.items()}
    canonical = json.dumps(listed, separators=(",", ":"))
    return Design(
        hashlib.sha256(canonical.encode()).hexdigest(), MappingProxyType(genomes)
    )


def _drawn(space: Space) -> Floats:
    """Return distinct genomes, spread evenly over the range of each parameter."""
    if space.size() <= GENOMES_A_TYPE:
        return space.enumerate()
    source = Random(f"{catalogue_version()}:{space.strategy.name}")
    chosen: dict[tuple[float, ...], None] = {}
    while len(chosen) < GENOMES_A_TYPE:
        for genome in space.decode(_latin_hypercube(source, len(space.genes))).tolist():
            chosen.setdefault(tuple(genome))
    return np.array(list(chosen)[:GENOMES_A_TYPE])


def _latin_hypercube(source: Random, genes: int) -> Floats:
    """Return 200 points of the unit cube, one in each 200th of every axis."""
    columns = []
    for _ in range(genes):
        strata = list(range(GENOMES_A_TYPE))
        source.shuffle(strata)
        columns.append([(s + source.random()) / GENOMES_A_TYPE for s in strata])
    return np.array(columns).T
