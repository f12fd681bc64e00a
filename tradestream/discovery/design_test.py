"""The design depends on the catalogue alone."""

import subprocess
import sys

import numpy as np
import pytest

from tradestream.discovery.design import design
from tradestream.discovery.genome import Space
from tradestream.discovery.version import code_version
from tradestream.strategies.catalogue import CATALOGUE


@pytest.mark.parametrize("name", list(CATALOGUE))
def test_has_200_distinct_valid_genomes_or_the_whole_space(name: str) -> None:
    space = Space(CATALOGUE[name])

    genomes = design().genomes[name]

    assert len(genomes) == min(200, space.size())
    assert len({tuple(g) for g in genomes.tolist()}) == len(genomes)
    for genome in genomes:
        space.strategy.check(space.parameters(genome))


def test_genomes_cover_the_range_of_each_parameter() -> None:
    genomes = design().genomes["BBAND_W_R"]

    for j, (low, high, per_unit, _) in enumerate(Space(CATALOGUE["BBAND_W_R"]).genes):
        quarters = np.histogram(genomes[:, j] * per_unit, 4, (low, high))[0]
        assert np.all(quarters > 30)


def test_another_process_draws_the_same_design() -> None:
    code = (
        "from tradestream.discovery.design import design;"
        "from tradestream.discovery.version import code_version;"
        "print(design().hash, code_version())"
    )

    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert finished.stdout.split() == [design().hash, code_version()]
