"""From the text of rows to a graph of columns and indicators.

The text is parsed with `ast` and never executed. Numbers are linear in at most
one parameter: `70`, `-stdDevMultiplier`, `2 * period`.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from tradestream.backtest.scalars import ZERO, Scalar, parse_scalar
from tradestream.indicators.library import COLUMNS, INDICATORS, SUMMABLE
from tradestream.strategies.declaration import StrategyType

FARTHEST_LAG = 64
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
    """

    def __init__(self, strategy: StrategyType) -> None:
        self.strategy = strategy
        self.rows: list[Row] = []
        self.scalars: list[Scalar] = []
        self._genes = [p.name for p in strategy.parameters]
        self._let = {name: parsed(text) for name, text in strategy.let.items()}

    def fail(self, why: str) -> ValueError:
        """Return the error that says what is wrong with this type."""
        return ValueError(f"{self.strategy.name}: {why}")

    def scalar(self, tree: ast.expr) -> Scalar | None:
        """Return the number that a tree stands for; None if it is not one."""
        return parse_scalar(tree, self._genes)

    def number(self, tree: ast.expr) -> int:
        """Return the position of the number that a tree stands for."""
        scalar = self.scalar(tree)
        if scalar is None:
            raise self.fail(f"a number is required, was {ast.unparse(tree)}")
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
                raise self.fail(f"a lag must be a number, was {text}")
            self.check_reach(lag, ast.unparse(tree))
            return self._unlagged(tree.value), lag
        if isinstance(tree, ast.Name) and tree.id in self._let:
            return self.row(self._let[tree.id])
        if isinstance(tree, ast.Name) and tree.id in COLUMNS:
            return self._node(Row(tree.id)), ZERO
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return self._indicator(tree.func.id, tree.args), ZERO
        text = ast.unparse(tree)
        raise self.fail(f"a column or an indicator is required, was {text}")

    def check_reach(self, bars: Scalar, text: str) -> None:
        """Raise unless a number of bars lies in the past and within reach."""
        low, high = bars.range_in(self.strategy)
        if not 0 <= low <= high <= FARTHEST_LAG:
            span = f"{low:g} to {high:g}"
            raise self.fail(
                f"bars must be 0 to {FARTHEST_LAG} back, was {text}: {span}"
            )

    def _unlagged(self, tree: ast.expr) -> int:
        node, lag = self.row(tree)
        if lag != ZERO:
            raise self.fail(f"a lag is not possible inside, was {ast.unparse(tree)}")
        return node

    def _indicator(self, name: str, arguments: Sequence[ast.expr]) -> int:
        if name not in INDICATORS:
            raise self.fail(f"no indicator is named {name}")
        wanted = INDICATORS[name].rows + INDICATORS[name].parameters
        if len(arguments) != wanted:
            raise self.fail(f"{name} takes {wanted} arguments, was {len(arguments)}")
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
            raise self.fail(f"{name} needs a number, was {ast.unparse(tree)}")
        return scalar

    def _node(self, row: Row) -> int:
        if row not in self.rows:
            self.rows.append(row)
        return self.rows.index(row)


def parsed(text: str) -> ast.expr:
    """Return the tree of one expression."""
    return ast.parse(text, mode="eval").body
