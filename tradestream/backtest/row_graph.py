"""From the text of rows to a graph of columns and indicators.

The text is parsed with `ast` and never executed. Numbers are linear in at most
one parameter: `70`, `-stdDevMultiplier`, `2 * period`.
"""

import ast
from dataclasses import dataclass

from tradestream.backtest.layout import MAX_INPUTS, MAX_PARAMETERS, PADDING
from tradestream.backtest.rule_text import RuleTexts
from tradestream.backtest.scalars import ZERO, Scalar, parse_scalar
from tradestream.errors import RuleError
from tradestream.indicators.library import (
    COLUMNS,
    INDICATORS,
    PRICE_COLUMNS,
    SUMMABLE,
)
from tradestream.strategies.declaration import StrategyType

FARTHEST_LAG = PADDING
"""Bars of padding before every row, and bits of a word."""


@dataclass(frozen=True, slots=True)
class Row:
    """A node of the graph: a column or an indicator with its inputs."""

    name: str
    inputs: tuple[int, ...] = ()
    parameters: tuple[Scalar, ...] = ()


class RowGraph:
    """The rows of one strategy type, each once, inputs before what uses them.

    Attributes:
        strategy: The type.
        rows: Nodes.
        scalars: Numbers that mask operations refer to by position.
        texts: Where trees stand, for errors.

    Raises:
        RuleError: Names the type and the line and column of what is wrong.
    """

    def __init__(self, strategy: StrategyType) -> None:
        self.strategy = strategy
        self.rows: list[Row] = []
        self.scalars: list[Scalar] = []
        self._genes = [p.name for p in strategy.parameters]
        self.texts = RuleTexts(strategy.name)
        self._let = {n: self.texts.parse(n, text) for n, text in strategy.let.items()}
        self._open: list[str] = []
        for name in (*self._let, *self._genes):
            if name in COLUMNS:
                raise RuleError(
                    f"{strategy.name}: a name must be new, was {name}, a column"
                )

    def scalar(self, tree: ast.expr) -> Scalar | None:
        """Return the number that a tree stands for; None if it is not one."""
        scalar = parse_scalar(tree, self._genes)
        if scalar is not None and not scalar.is_finite_in(self.strategy):
            raise self._fail("a finite number is required", tree)
        return scalar

    def number(self, tree: ast.expr) -> int:
        """Return the position of the number that a tree stands for."""
        scalar = self.scalar(tree)
        if scalar is None:
            raise self._fail(f"a number is required, was {ast.unparse(tree)}", tree)
        return self.hold(scalar)

    def hold(self, scalar: Scalar) -> int:
        """Return the position of a number."""
        if scalar not in self.scalars:
            self.scalars.append(scalar)
        return self.scalars.index(scalar)

    def row(self, tree: ast.expr) -> tuple[int, Scalar]:
        """Return the node of a row, and by how many bars it lags."""
        if isinstance(tree, ast.Subscript):
            lag = self.scalar(tree.slice)
            if lag is None:
                text = ast.unparse(tree.slice)
                raise self._fail(f"a lag must be a number, was {text}", tree.slice)
            self.check_reach(lag, tree)
            return self._unlagged(tree.value), lag
        if isinstance(tree, ast.Name) and tree.id in self._let:
            return self._named(tree.id, tree)
        if isinstance(tree, ast.Name) and tree.id in COLUMNS:
            return self._node(Row(tree.id)), ZERO
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return self._indicator(tree.func.id, tree), ZERO
        text = ast.unparse(tree)
        raise self._fail(f"a column or an indicator is required, was {text}", tree)

    def is_price(self, node: int) -> bool:
        """Return whether a row is in ticks, and not a ratio."""
        row = self.rows[node]
        if row.name in COLUMNS:
            return row.name in PRICE_COLUMNS
        declared = INDICATORS[row.name]
        if declared.unit == "input":
            return all(self.is_price(i) for i in row.inputs[len(declared.columns) :])
        return declared.unit == "price"

    def check_reach(self, bars: Scalar, tree: ast.expr, least: int = 0) -> None:
        """Raise unless a whole number of bars lies in the past and within reach."""
        text = ast.unparse(tree)
        if not bars.is_whole_in(self.strategy):
            raise self._fail(f"a whole number of bars is required, was {text}", tree)
        low, high = bars.range_in(self.strategy)
        if not least <= low <= high <= FARTHEST_LAG:
            wanted = f"{least} to {FARTHEST_LAG} back"
            raise self._fail(
                f"bars must be {wanted}, was {text}: {low:g} to {high:g}", tree
            )

    def _fail(self, why: str, tree: ast.expr) -> RuleError:
        return self.texts.fail(why, tree)

    def _named(self, name: str, tree: ast.expr) -> tuple[int, Scalar]:
        """Return the row that a name in `let` stands for."""
        if name in self._open:
            raise self._fail(f"{name} is made of itself", tree)
        self._open.append(name)
        found = self.row(self._let[name])
        self._open.pop()
        return found

    def _unlagged(self, tree: ast.expr) -> int:
        node, lag = self.row(tree)
        if lag != ZERO:
            text = ast.unparse(tree)
            raise self._fail(f"a lag is not possible inside, was {text}", tree)
        return node

    def _indicator(self, name: str, call: ast.Call) -> int:
        arguments = call.args
        if name not in INDICATORS:
            raise self._fail(f"no indicator is named {name}", call)
        declared = INDICATORS[name]
        wanted = declared.rows + declared.parameters
        if len(arguments) != wanted or call.keywords:
            given = len(arguments) + len(call.keywords)
            raise self._fail(
                f"{name} takes {wanted} arguments without names, was {given}", call
            )
        if (
            len(declared.columns) + declared.rows > MAX_INPUTS
            or declared.parameters > MAX_PARAMETERS
        ):
            raise self._fail(
                f"an indicator may read {MAX_INPUTS} columns and rows and take "
                f"{MAX_PARAMETERS} numbers, {name} has more",
                call,
            )
        rows = [self._unlagged(a) for a in arguments[: INDICATORS[name].rows]]
        numbers = [self._setting(name, a) for a in arguments[len(rows) :]]
        if name == "sma" and self.rows[rows[0]].name in SUMMABLE:
            sums = Row(f"{self.rows[rows[0]].name}_sums")
            name, rows = "exact_sma", [self._node(sums)]
        columns = [self._node(Row(column)) for column in INDICATORS[name].columns]
        return self._node(Row(name, (*columns, *rows), tuple(numbers)))

    def _setting(self, name: str, tree: ast.expr) -> Scalar:
        scalar = self.scalar(tree)
        if scalar is None:
            raise self._fail(f"{name} needs a number, was {ast.unparse(tree)}", tree)
        return scalar

    def _node(self, row: Row) -> int:
        if row not in self.rows:
            self.rows.append(row)
        return self.rows.index(row)
