"""Which indicators there are, and how they are called.

An indicator is one function with one signature,

    indicator(bars, lanes, inputs, parameters, outputs)

compiled on its own and called by address for up to eight parameter sets
("lanes") at once. `inputs[8·j + k]` is the address of input row j of lane k,
`parameters[8·j + k]` its parameter j, `outputs[k]` the address of its output
row. Unused lanes repeat lane 0. A row is NaN until it is warm, and no longer
after, unless the indicator says that it has holes.

To add an indicator, decorate a function in a module that `library` lists.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from numba import cfunc, types

from tradestream.indicators.compiled import use_cache_of

COLUMNS = (
    "open",
    "high",
    "low",
    "close",
    "volume",
    "median",
    "true_range",
    "close_sums",
    "median_sums",
)
"""Rows that every window has. Prices are in whole ticks from zero, volume in lots.

`median` is (high + low) / 2; `true_range` is NaN on the first bar. Columns
that end in `_sums` hold prefix sums as int64 in sixths of a tick, one element
longer than the window: their differences are exact, even where they wrap.
"""
PRICE_COLUMNS = frozenset({"open", "high", "low", "close", "median", "true_range"})
SUMMABLE = frozenset({"close", "median"})
SUM_SCALE = 6

Kernel = Callable[[int, int, int, int, int], None]
Unit = Literal["price", "ratio", "input"]

_SIGNATURE = types.void(*(types.int64,) * 5)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator.

    Attributes:
        name: Its name in rules.
        number: Its place among all indicators.
        columns: Columns that it reads by itself.
        rows: How many rows a rule hands to it, after the columns.
        parameters: How many numbers a rule hands to it, after the rows.
        unit: What the row is measured in: ticks (`price`), anything else
            (`ratio`), or whatever its input rows are (`input`).
        holes: Whether the row may be NaN again after it was warm.
        kernel: The function before compilation.
    """

    name: str
    number: int
    columns: tuple[str, ...]
    rows: int
    parameters: int
    unit: Unit
    holes: bool
    kernel: Kernel


INDICATORS: dict[str, Indicator] = {}
_ADDRESSES: dict[str, int] = {}
_COMPILED: list[object] = []


def indicator(
    name: str,
    *,
    columns: tuple[str, ...] = (),
    rows: int = 0,
    parameters: int = 1,
    unit: Unit,
    holes: bool = False,
) -> Callable[[Kernel], Kernel]:
    """Declare the decorated function to be the indicator `name`."""

    def declare(kernel: Kernel) -> Kernel:
        if name in INDICATORS or name in COLUMNS:
            raise ValueError(f"an indicator name must be new, was {name}")
        number = len(INDICATORS)
        INDICATORS[name] = Indicator(
            name, number, columns, rows, parameters, unit, holes, kernel
        )
        return kernel

    return declare


def address(name: str) -> int:
    """Return where the machine code of an indicator is; compiled at first use."""
    if name not in _ADDRESSES:
        use_cache_of(INDICATORS[name].kernel)
        compiled = cfunc(_SIGNATURE, cache=True, nopython=True, error_model="numpy")(
            INDICATORS[name].kernel
        )
        _COMPILED.append(compiled)  # its code lives as long as it does
        _ADDRESSES[name] = int(compiled.address)
    return _ADDRESSES[name]
