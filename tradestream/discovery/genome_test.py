"""Every point of a space is valid, counted, and reachable."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.discovery.genome import Space
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import Parameter, StrategyType

SPACES = {name: Space(strategy) for name, strategy in CATALOGUE.items()}
SMALL = [name for name, space in SPACES.items() if space.size() <= 20_000]
CHAIN = StrategyType(
    "CHAIN",
    "Three ordered periods.",
    (
        Parameter("a", "int", 2, 6, 1),
        Parameter("b", "int", 3, 8, 1, "a"),
        Parameter("x", "float", 0.5, 0.52, 0.01),
        Parameter("c", "int", 4, 9, 1, "b"),
    ),
    "up(ema(close, a), ema(close, b))",
    "down(ema(close, b), ema(close, c))",
)


@given(st.sampled_from(list(SPACES)), st.lists(st.floats(0, 0.9999999), min_size=8))
def test_any_keys_decode_to_valid_parameters(name: str, keys: list[float]) -> None:
    space = SPACES[name]

    genome = space.decode(np.array([keys[: len(space.genes)]]))[0]

    parameters = space.parameters(genome)
    assert space.strategy.check(parameters) == parameters
    assert space.genome(parameters).tobytes() == genome.tobytes()


@pytest.mark.parametrize("name", SMALL)
def test_enumeration_is_the_whole_space_without_repetition(name: str) -> None:
    space = SPACES[name]

    genomes = space.enumerate()

    assert len(genomes) == space.size() == len({tuple(g) for g in genomes.tolist()})
    for genome in genomes[:: max(1, len(genomes) // 50)]:
        space.strategy.check(space.parameters(genome))


def test_size_of_a_chain_of_ordered_parameters() -> None:
    expected = 3 * sum(
        1 for a in range(2, 7) for b in range(3, 9) for c in range(4, 10) if a < b < c
    )

    assert Space(CHAIN).size() == expected == len(Space(CHAIN).enumerate())


def test_neighbours_are_one_step_in_one_gene_away_and_valid() -> None:
    space = Space(CHAIN)

    around = space.neighbours(np.array([4.0, 5.0, 0.5, 6.0]))

    assert around.tolist() == [
        [3.0, 5.0, 0.5, 6.0],
        [4.0, 5.0, 0.51, 6.0],
        [4.0, 5.0, 0.5, 7.0],
    ]


def test_random_genomes_are_the_same_for_the_same_seed() -> None:
    space = SPACES["PARABOLIC_SAR"]

    one, same, other = (space.random(30, seed=s) for s in (1, 1, 2))

    assert one.tobytes() == same.tobytes()
    assert one.tobytes() != other.tobytes()
