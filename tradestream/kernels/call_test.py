from typing import Any, NamedTuple

import numpy as np
import pytest

from tradestream.kernels.call import FLOAT, WHOLE, class_of, matches

FLOATS = {"array": "<f8", "dimensions": 2, "written": True, "aligned": True}
READ = {**FLOATS, "written": False}


class Pair(NamedTuple):
    number: int
    rows: Any


class Couple(NamedTuple):
    number: int
    rows: Any


def plain(*kinds: object) -> dict[str, object]:
    return {"tuple": list(kinds), "of": None}


PAIR = {**plain(WHOLE, FLOATS), "of": class_of(Pair)}


def constant() -> Any:
    return np.frombuffer(bytes(48)).reshape(2, 3)


def unaligned() -> Any:
    return np.frombuffer(bytearray(49), offset=1).reshape(2, 3)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (WHOLE, 3),
        (WHOLE, np.int64(3)),
        (FLOAT, 0.5),
        (FLOAT, np.float64(0.5)),
        (FLOAT, 2),
        (FLOATS, np.zeros((2, 3))),
        (FLOATS, np.zeros((0, 3))),
        (READ, constant()),
        (READ, np.zeros((2, 3))),
        ({**FLOATS, "aligned": False}, unaligned()),
        (PAIR, Pair(1, np.zeros((2, 3)))),
        (plain(plain(WHOLE), FLOAT), ((1,), 2.0)),
        (plain(), ()),
    ],
)
def test_arguments_of_the_kind_match(kind: object, value: object) -> None:
    assert matches(kind, value)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (WHOLE, 0.5),
        (WHOLE, "3"),
        (FLOAT, None),
        (FLOATS, np.zeros(6)),
        (FLOATS, np.zeros((2, 3), np.float32)),
        (FLOATS, np.zeros((2, 3), ">f8")),
        (FLOATS, np.zeros((2, 6))[:, ::2]),
        (FLOATS, [[0.0]]),
        (WHOLE, True),
        (WHOLE, np.True_),
        (FLOAT, False),
        (FLOATS, constant()),
        (FLOATS, unaligned()),
        (PAIR, Pair(1, np.zeros(3))),
        (PAIR, Couple(1, np.zeros((2, 3)))),
        (PAIR, (1, np.zeros((2, 3)))),
        (plain(WHOLE, FLOATS), Pair(1, np.zeros((2, 3)))),
        (plain(WHOLE, FLOATS), (1,)),
        (plain(WHOLE), [1]),
    ],
)
def test_what_the_code_would_take_for_something_else_does_not(
    kind: object, value: object
) -> None:
    assert not matches(kind, value)
