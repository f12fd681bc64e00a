"""The genetic algorithm on landscapes whose summit is known."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tradestream.discovery.genetic import MEMBERS, TRIED, Hunt, ask, begin, tell

Places = NDArray[np.int64]
Landscape = Callable[[Places], NDArray[np.float64]]

SQUARE = np.array([[0, 99, 1, -1], [0, 99, 1, -1], [0, 99, 1, -1]], float)
ORDERED = np.array([[2, 40, 1, -1], [5, 60, 1, 0], [1, 90, 1, 1]], float)


def hunted(
    genes: NDArray[np.float64],
    landscape: Landscape,
    *,
    seed: int = 1,
    points: int = 10**6,
    size: int = 50,
    generations: int = 30,
) -> Hunt:
    hunt = begin(genes, points=points, size=size, generations=generations, seed=seed)
    while count := ask(hunt):
        rows = slice(hunt.counts[TRIED] - count, hunt.counts[TRIED])
        hunt.scores[rows] = landscape(hunt.places[rows])
        tell(hunt)
    return hunt


def best_of(hunt: Hunt) -> tuple[int, ...]:
    return tuple(hunt.places[hunt.members[0]].tolist())


def hill(places: Places) -> NDArray[np.float64]:
    return np.asarray(-np.sum((places - [70, 20, 33]) ** 2, axis=1), float)


@pytest.mark.parametrize("seed", range(5))
def test_a_hill_is_climbed_to_its_summit(seed: int) -> None:
    assert best_of(hunted(SQUARE, hill, seed=seed)) == (70, 20, 33)


@pytest.mark.parametrize("seed", range(5))
def test_a_summit_among_ordered_genes_is_found(seed: int) -> None:
    summit = np.array([11, 12, 50])

    hunt = hunted(ORDERED, lambda p: -np.abs(p - summit).sum(axis=1) * 1.0, seed=seed)

    assert best_of(hunt) == (11, 12, 50)


@settings(deadline=None)  # the first call may compile
@given(st.integers(0, 2**64 - 1), st.integers(4, 60), st.integers(1, 12))
def test_every_point_is_valid_and_proposed_once(
    seed: int, size: int, generations: int
) -> None:
    hunt = hunted(
        ORDERED,
        lambda p: np.sin(p.sum(axis=1) * 1.7),
        seed=seed,
        size=size,
        generations=generations,
    )

    places = hunt.places[: hunt.counts[TRIED]]
    assert len(np.unique(places, axis=0)) == len(places) <= size * (generations + 1)
    assert np.all(places >= ORDERED[:, 0])
    assert np.all(places <= ORDERED[:, 1])
    assert np.all(np.diff(places, axis=1) >= 1)


def test_a_small_space_is_tried_to_the_last_point() -> None:
    genes = np.array([[3, 9, 1, -1], [0, 4, 1, -1]], float)

    hunt = hunted(genes, lambda p: p.sum(axis=1) * 1.0, points=35)

    assert hunt.counts[TRIED] == 35
    assert best_of(hunt) == (9, 4)


def test_a_plateau_does_not_stop_the_others_from_breeding() -> None:
    hunt = hunted(SQUARE, lambda p: np.minimum(p[:, 0] // 10, 5) * 1.0)

    assert hunt.counts[MEMBERS] == 6


def test_points_that_never_trade_are_survived() -> None:
    hunt = hunted(SQUARE, lambda p: np.full(len(p), -np.inf))

    assert hunt.counts[TRIED] > 50


def test_the_same_seed_tries_the_same_points() -> None:
    first, second, other = (hunted(SQUARE, hill, seed=s) for s in (4, 4, 5))

    assert np.array_equal(first.places, second.places)
    assert not np.array_equal(first.places[:50], other.places[:50])
