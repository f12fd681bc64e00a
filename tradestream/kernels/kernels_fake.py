"""Small compiled functions: one that writes, one that takes a tuple, some that fail."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tradestream.indicators.compiled import entry_point

Floats = NDArray[np.float64]


class Pair(NamedTuple):
    """What `total` takes."""

    values: Floats
    factor: float


class Couple(NamedTuple):
    """The same shape, and not what `total` takes."""

    values: Floats
    factor: float


@entry_point
def fill(values: Floats, number: float) -> None:
    """Write a number everywhere."""
    values[:] = number


@entry_point
def total(pair: Pair, more: int) -> float:
    """Return the sum of what was given."""
    return float(pair.values.sum()) * pair.factor + more


@entry_point
def root(number: float) -> float:
    """Return the square root."""
    if number < 0:
        raise ValueError("a square is required")
    return math.sqrt(number)


@entry_point
def reserve(count: int) -> int:
    """Return how many numbers were room for."""
    return len(np.empty(count))


@entry_point
def refuse(number: float) -> float:
    """Raise what is known at work alone."""
    raise ValueError(number)


@entry_point
def never(number: float) -> float:
    """Return what was given; nothing compiles it."""
    return number


def compile_all() -> None:
    """Compile each for one kind of arguments."""
    fill(np.zeros(1), 0.0)
    total(Pair(np.zeros(1), 1.0), 1)
    root(1.0)
    reserve(1)
    try:
        refuse(1.0)
    except ValueError:
        return


def failures() -> list[str]:
    """Return what those that fail raise: class and text."""
    found = []
    calls: list[tuple[Callable[..., Any], float]]
    calls = [(root, -1.0), (reserve, 1 << 50), (refuse, 1.0)]
    for function, argument in calls:
        for _ in range(2):
            try:
                function(argument)
            except Exception as error:  # noqa: BLE001  whatever it is, is compared
                found.append(f"{type(error).__name__}:{error}".replace(" ", "_"))
    return found
