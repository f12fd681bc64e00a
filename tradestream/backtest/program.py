"""All strategy types as programs: small arrays that the engine interprets.

A row with at most `SHARE_MAX` possible parameter sets, all whole numbers, has a
place in one table for all types (`ema(close,#)` of every type is the same
row), but for a cheap one of which a type can ask for more than `SHARE_CHEAP_MAX`:
it is built sooner than fetched. Any other row is private: built for eight genomes
at a time, compared, forgotten.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod

import numpy as np

from tradestream.backtest import layout
from tradestream.backtest.layout import AND, Program
from tradestream.backtest.rules import Operation, Rules
from tradestream.backtest.scalars import Scalar
from tradestream.indicators.library import COLUMNS, INDICATORS
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import StrategyType

SHARE_MAX = 2_500
SHARE_CHEAP_MAX = 600
_CHEAP = frozenset({"ema", "wilder", "sma", "minus", "percent_apart", "sum_over_ema"})
"""Indicators that cost less to build than to fetch once no near cache holds all."""

PRICE_EPSILON = 1e-6
RATIO_EPSILON = 1e-9

_Ranges = list[tuple[float, float] | None]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the shared rows of one shape stand: first entry, lows, weights."""

    first: int
    lows: tuple[float, ...]
    weights: tuple[int, ...]


class Programs:
    """The programs of a catalogue.

    Attributes:
        catalogue: The types.
        by_name: One program a type.
        indicators: Names of the indicators that each type needs.
        table_size: Entries of the table of shared rows.
        most_private: Largest number of private rows of any type.
        most_shared: Largest number of shared rows of any type.
        most_masks: Largest number of masks of any type.
    """

    def __init__(self, catalogue: Mapping[str, StrategyType]) -> None:
        rules = {name: Rules(strategy) for name, strategy in catalogue.items()}
        shapes = {
            name: [_shape(r, i) for i in range(len(r.graph.rows))]
            for name, r in rules.items()
        }
        self._places, self.table_size = _allocate(rules, shapes)
        _keep_whole(self._places, rules, shapes)
        self._narrow = _narrow_shapes(rules, shapes)
        self.catalogue = catalogue
        self.by_name = {n: self._program(r, shapes[n]) for n, r in rules.items()}
        self.indicators = {
            n: tuple(
                dict.fromkeys(w.name for w in r.graph.rows if w.name in INDICATORS)
            )
            for n, r in rules.items()
        }
        self.most_private = max(p.private for p in self.by_name.values())
        self.most_shared = max(p.shared for p in self.by_name.values())
        self.most_masks = max(r.masks for r in rules.values())

    def _program(
        self, rules: Rules, shapes: Sequence[tuple[str, tuple[Scalar, ...]]]
    ) -> Program:
        count = len(rules.graph.rows)
        ints = np.zeros((count, layout.ROW_INTS), np.int64)
        floats = np.zeros((count, layout.ROW_FLOATS))
        ints[:, layout.INPUTS : layout.KEY_WEIGHTS] = -1
        ints[:, layout.PRIVATE] = -1
        private = shared = 0
        for i, row in enumerate(rules.graph.rows):
            if row.name in COLUMNS:
                ints[i, layout.FUNCTION] = -1
                ints[i, layout.PLACE] = COLUMNS.index(row.name)
                continue
            ints[i, layout.FUNCTION] = INDICATORS[row.name].number
            ints[i, layout.INPUTS : layout.INPUTS + len(row.inputs)] = row.inputs
            _write_parameters(ints[i], floats[i], row.parameters)
            signature, numbers = shapes[i]
            ints[i, layout.NARROW] = signature in self._narrow
            if signature in self._places:
                _write_keys(ints[i], floats[i], self._places[signature], numbers)
                shared += 1
            else:
                ints[i, layout.PRIVATE] = private
                private += 1
        scalars = [(s.constant, s.factor) for s in rules.graph.scalars]
        return Program(
            ints,
            floats,
            private,
            shared,
            np.array([_padded(o) for o in rules.operations], np.int64),
            np.array([_epsilon(rules, o) for o in rules.operations]),
            np.array(scalars).reshape(-1, 2),
            np.array([s.gene for s in rules.graph.scalars], np.int64),
            rules.enter,
            rules.exit,
        )


@lru_cache(maxsize=1)
def catalogue_programs() -> Programs:
    """Return the programs of the catalogue, made once a process."""
    return Programs(CATALOGUE)


def _names(rules: Rules) -> list[str]:
    return [row.name for row in rules.graph.rows]


def _shape(rules: Rules, node: int) -> tuple[str, tuple[Scalar, ...]]:
    """Return a row's shape without numbers, e.g. `ema(rsi(close,#),#)`, and them."""
    row = rules.graph.rows[node]
    if row.name in COLUMNS:
        return row.name, ()
    parts: list[str] = []
    numbers: tuple[Scalar, ...] = ()
    for source in row.inputs:
        part, inner = _shape(rules, source)
        parts.append(part)
        numbers += inner
    parts += ["#"] * len(row.parameters)
    return f"{row.name}({','.join(parts)})", numbers + row.parameters


def _range(strategy: StrategyType, scalar: Scalar) -> tuple[float, float] | None:
    """Return the lowest and highest value of a number; None if not whole."""
    return scalar.range_in(strategy) if scalar.is_whole_in(strategy) else None


def _allocate(
    rules: Mapping[str, Rules],
    shapes: Mapping[str, Sequence[tuple[str, tuple[Scalar, ...]]]],
) -> tuple[dict[str, _Place], int]:
    """Give every shape that can be shared its part of the table."""
    ranges: dict[str, _Ranges] = {}
    choices: dict[str, int] = {}
    for name, of_type in shapes.items():
        for signature, numbers in of_type:
            own = [_range(rules[name].graph.strategy, number) for number in numbers]
            count = _choices(dict(zip(numbers, own, strict=True)).values())
            choices[signature] = max(choices.get(signature, 0), count)
            ranges[signature] = _hull(ranges.get(signature, own), own)
    places: dict[str, _Place] = {}
    size = 0
    for signature, spans in ranges.items():
        if signature in COLUMNS or None in spans or len(spans) > layout.MAX_KEYS:
            continue
        known = [span for span in spans if span is not None]
        widths = [int(high - low) + 1 for low, high in known]
        cheap = signature.partition("(")[0] in _CHEAP
        if prod(widths) > SHARE_MAX or (cheap and choices[signature] > SHARE_CHEAP_MAX):
            continue
        weights = tuple(prod(widths[:i]) for i in range(len(widths)))
        places[signature] = _Place(size, tuple(low for low, _ in known), weights)
        size += prod(widths)
    return places, size


def _choices(ranges: Iterable[tuple[float, float] | None]) -> int:
    """Return how many rows one type can ask for by numbers of these ranges."""
    return prod(int(span[1] - span[0]) + 1 for span in ranges if span is not None)


def _narrow_shapes(
    rules: Mapping[str, Rules],
    shapes: Mapping[str, Sequence[tuple[str, tuple[Scalar, ...]]]],
) -> set[str]:
    """Return the shapes of prices without holes that a rule compares with another."""
    found = set()
    for name, of_type in rules.items():
        for operation in of_type.operations:
            if operation.code not in (layout.GT, layout.SIDES, layout.CROSS):
                continue
            nodes = operation.operands[0], operation.operands[2]
            if all(_is_whole_price(of_type, node) for node in nodes):
                found |= {shapes[name][node][0] for node in nodes}
    return found


def _is_whole_price(rules: Rules, node: int) -> bool:
    name = rules.graph.rows[node].name
    return rules.graph.is_price(node) and (
        name in COLUMNS or not INDICATORS[name].holes
    )


def _keep_whole(
    places: dict[str, _Place],
    rules: Mapping[str, Rules],
    shapes: Mapping[str, Sequence[tuple[str, tuple[Scalar, ...]]]],
) -> None:
    """Take back the place of every row that is made of a private one."""
    for _ in range(max(len(r.graph.rows) for r in rules.values())):
        for name, of_type in rules.items():
            for row, (signature, _numbers) in zip(
                of_type.graph.rows, shapes[name], strict=True
            ):
                inner = (shapes[name][i][0] for i in row.inputs)
                if any(s not in COLUMNS and s not in places for s in inner):
                    places.pop(signature, None)


def _hull(left: _Ranges, right: _Ranges) -> _Ranges:
    return [
        None if a is None or b is None else (min(a[0], b[0]), max(a[1], b[1]))
        for a, b in zip(left, right, strict=True)
    ]


def _write_parameters(
    ints: np.ndarray, floats: np.ndarray, parameters: Sequence[Scalar]
) -> None:
    ints[layout.PARAMETERS] = len(parameters)
    for j, scalar in enumerate(parameters):
        at = layout.PARAMETER_SCALARS + 2 * j
        floats[at : at + 2] = scalar.constant, scalar.factor
        ints[layout.PARAMETER_GENES + j] = scalar.gene


def _write_keys(
    ints: np.ndarray, floats: np.ndarray, place: _Place, numbers: Sequence[Scalar]
) -> None:
    ints[layout.PLACE], ints[layout.KEYS] = place.first, len(numbers)
    for j, scalar in enumerate(numbers):
        at = layout.KEY_SCALARS + 2 * j
        floats[at : at + 2] = scalar.constant, scalar.factor
        floats[layout.KEY_LOWS + j] = place.lows[j]
        ints[layout.KEY_GENES + j] = scalar.gene
        ints[layout.KEY_WEIGHTS + j] = place.weights[j]


def _padded(operation: Operation) -> tuple[int, ...]:
    numbers = (operation.code, operation.up, operation.down, *operation.operands)
    return numbers + (0,) * (layout.OPERATION_INTS - len(numbers))


def _epsilon(rules: Rules, operation: Operation) -> float:
    """Return the smallest difference that counts, in the unit of what is compared.

    Negative where what is equal counts too.
    """
    if operation.code >= AND:
        return 0.0
    price = rules.graph.is_price(operation.operands[0])
    epsilon = PRICE_EPSILON if price else RATIO_EPSILON
    return -epsilon if operation.touching else epsilon
