"""How a strategy type is declared: typed parameters, and rules as text.

Pure: no numpy, no compiler, so that a command line can list and check types
without waiting for an engine. The rules are data; `tradestream.backtest.rules`
parses them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from keyword import iskeyword
from types import MappingProxyType
from typing import Literal

Value = int | float


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a strategy type: a number on a grid.

    Attributes:
        name: Name as users write it, e.g. `rsiPeriod`.
        kind: `int` or `float`.
        low: Smallest value, inclusive, on the grid.
        high: Largest value, inclusive, on the grid.
        step: Distance of two neighbours on the grid: 1, or a power of ten.
        above: Name of an earlier parameter of the same type that this one
            must exceed, or None.
    """

    name: str
    kind: Literal["int", "float"]
    low: Value
    high: Value
    step: Value
    above: str | None = None

    @property
    def per_unit(self) -> int:
        """How many grid steps make 1: values are whole numbers over this."""
        return round(1 / self.step)

    def index(self, value: Value) -> int:
        """Return the place of `value` on the grid, counted from zero.

        Raises:
            ValueError: If `value` is no number on the grid within the range.
        """
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{self.name} must be a number, was {value!r}")
        if not self.low <= value <= self.high:
            raise ValueError(
                f"{self.name} must be within {self.low} to {self.high}, was {value}"
            )
        steps = round(value * self.per_unit)
        if abs(value * self.per_unit - steps) > 1e-6:
            raise ValueError(
                f"{self.name} must be a multiple of {self.step}, was {value}"
            )
        return steps

    def value(self, index: int) -> Value:
        """Return the value at a place of the grid, as its shortest decimal."""
        if self.kind == "int":
            return index
        return index / self.per_unit


def integer(name: str, low: int, high: int, *, above: str | None = None) -> Parameter:
    """Return a whole-number parameter."""
    return Parameter(name, "int", low, high, 1, above)


def number(name: str, low: float, high: float, *, step: float = 0.01) -> Parameter:
    """Return a parameter on a decimal grid."""
    return Parameter(name, "float", low, high, step)


@dataclass(frozen=True, slots=True)
class StrategyType:
    """One kind of strategy, declared as data.

    Rule language: `up(a, b)` a crosses above b, `down(a, b)` below, `x[k]` x of
    k bars ago, `<`, `>`, `<=`, `>=`, `and`, `or`, `within(rule, n)` true in one of
    the last n bars, `becomes(rule)` true now and not one bar ago, `rising(x)`.
    "Above" means above by more than 1e-6 of a tick between prices, 1e-9 between
    ratios; `a >= b` that b is not above a.

    Attributes:
        name: Name in upper case, e.g. `SMA_RSI`.
        idea: What it bets on, in one sentence.
        parameters: In the order in which genomes hold them.
        let: Names for rows that the rules use more than once.
        enter: When to buy, decided at the close of a bar.
        exit: When to sell.

    Raises:
        ValueError: If a name is none or is used twice, a range is empty or off its
            grid, or an order can not be kept.
    """

    name: str
    idea: str
    parameters: tuple[Parameter, ...]
    enter: str
    exit: str
    let: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        names = [p.name for p in self.parameters]
        for name in (*names, *self.let):
            if not name.isidentifier() or iskeyword(name):
                raise ValueError(f"{self.name}: a name is required, was {name!r}")
            if (*names, *self.let).count(name) > 1:
                raise ValueError(f"{self.name}: {name} is declared twice")
        for i, parameter in enumerate(self.parameters):
            if parameter.low > parameter.high:
                ends = f"{parameter.low} to {parameter.high}"
                raise ValueError(
                    f"{self.name}: {parameter.name} must have a range, was {ends}"
                )
            for end in (parameter.low, parameter.high):
                parameter.index(end)
            if parameter.above is None:
                continue
            below = [p for p in self.parameters[:i] if p.name == parameter.above]
            if not below or below[0].step != parameter.step:
                raise ValueError(
                    f"{self.name}: {parameter.name} must exceed an earlier parameter "
                    f"of its own step, was {parameter.above}"
                )
            if below[0].high >= parameter.high:
                highs = f"{parameter.high} and {below[0].high}"
                raise ValueError(
                    f"{self.name}: {parameter.name} must reach above "
                    f"{parameter.above}, was up to {highs}"
                )

    def parameter(self, name: str) -> Parameter:
        """Return the parameter of that name.

        Raises:
            ValueError: If there is none.
        """
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        known = ", ".join(p.name for p in self.parameters)
        raise ValueError(f"{self.name} has no parameter {name}, only {known}")

    def complete(self, given: Mapping[str, Value]) -> dict[str, Value]:
        """Return `given` with the default of every parameter that it leaves out.

        A default is the middle of the range, rounded down to the grid, raised
        or lowered as far as the order of parameters asks.

        Raises:
            ValueError: As `check` does.
        """
        filled = {**self._middles(), **given}
        for parameter in self.parameters:
            if parameter.above is None:
                continue
            first, second = self.parameter(parameter.above), parameter
            if filled[second.name] > filled[first.name]:
                continue
            if second.name not in given:
                filled[second.name] = second.value(first.index(filled[first.name]) + 1)
            elif first.name not in given:
                filled[first.name] = first.value(second.index(filled[second.name]) - 1)
        return self.check(filled)

    def defaults(self) -> dict[str, Value]:
        """Return the default of every parameter, in declaration order."""
        return self.complete({})

    def check(self, parameters: Mapping[str, Value]) -> dict[str, Value]:
        """Return `parameters` typed, on their grids, in declaration order.

        Raises:
            ValueError: Says which parameter is unknown, missing, out of range,
                off its grid, or not above the one that it must exceed.
        """
        for name in parameters:
            self.parameter(name)
        checked: dict[str, Value] = {}
        for parameter in self.parameters:
            if parameter.name not in parameters:
                raise ValueError(f"{self.name} needs {parameter.name}")
            index = parameter.index(parameters[parameter.name])
            checked[parameter.name] = parameter.value(index)
            if parameter.above is not None:
                _check_order(parameter, checked)
        return checked

    def _middles(self) -> dict[str, Value]:
        return {
            p.name: p.value((p.index(p.low) + p.index(p.high)) // 2)
            for p in self.parameters
        }


def _check_order(parameter: Parameter, checked: Mapping[str, Value]) -> None:
    assert parameter.above is not None  # noqa: S101 - narrows the type
    below, own = checked[parameter.above], checked[parameter.name]
    if own <= below:
        raise ValueError(
            f"{parameter.name} must be above {parameter.above}, was {own} with {below}"
        )
