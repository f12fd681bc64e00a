from typing import Any, NamedTuple

import numpy as np
import pytest

from tradestream.kernels.call import FLOAT, WHOLE, matches

FLOATS = {"array": "<f8", "dimensions": 2}


class Pair(NamedTuple):
    number: int
    rows: Any


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
        ([WHOLE, FLOATS], Pair(1, np.zeros((2, 3)))),
        ([[WHOLE], FLOAT], ((1,), 2.0)),
        ([], ()),
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
        ([WHOLE, FLOATS], Pair(1, np.zeros(3))),
        ([WHOLE, FLOATS], (1,)),
        ([WHOLE], [1]),
    ],
)
def test_what_the_code_would_take_for_something_else_does_not(
    kind: object, value: object
) -> None:
    assert not matches(kind, value)
