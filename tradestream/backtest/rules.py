"""From the text of a rule to a graph of rows and a list of mask operations.

The text is parsed with `ast` and never executed. A row is a column or an
indicator; a mask has one bit a bar. Numbers in rules are linear in at most one
parameter: `70`, `-stdDevMultiplier`, `2 * period`.
"""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tradestream.backtest.scalars import ZERO, Scalar, parse_scalar
from tradestream.indicators.library import COLUMNS, INDICATORS, SUMMABLE
from tradestream.strategies.declaration import StrategyType

FARTHEST_LAG = 64
"""Bars of padding before every row, and bits of a word."""

# Codes of mask operations; `masks` says what each does.
GT, GT_LEVEL, LT_LEVEL, CROSS, CROSS_LEVEL, SIDES, WARM, WARM_FROM = range(8)
AND, OR, EDGE, WITHIN = range(8, 12)


@dataclass(frozen=True, slots=True)
class Row:
    """A node of the graph: a column or an indicator with its inputs."""

    name: str
    inputs: tuple[int, ...] = ()
    parameters: tuple[Scalar, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One mask operation: writes masks `up` and `down` from up to four operands."""

    code: int
    up: int
    down: int
    operands: tuple[int, ...]


class Rules:
    """The parsed rules of one strategy type.

    Attributes:
        rows: Nodes, inputs before what is made of them.
        operations: In the order in which they run.
        scalars: Numbers that operations refer to by position.
        masks: How many masks the operations write.
        enter: Number of the mask that says when to enter.
        exit: Number of the mask that says when to exit.
    """

    def __init__(self, strategy: StrategyType) -> None:
        self.strategy = strategy
        self.genes = [p.name for p in strategy.parameters]
        self.rows: list[Row] = []
        self.operations: list[Operation] = []
        self.scalars: list[Scalar] = []
        self.masks = 0
        self._let = {k: _parse(v) for k, v in strategy.let.items()}
        self._written: dict[tuple[int, ...], tuple[int, int]] = {}
        self.enter = self._rule(strategy.enter)
        self.exit = self._rule(strategy.exit)
        self._join_sides()

    def fail(self, why: str) -> ValueError:
        """Return the error that says what is wrong with this type."""
        return ValueError(f"{self.strategy.name}: {why}")

    # Numbers and rows

    def _scalar(self, tree: ast.expr) -> Scalar | None:
        return parse_scalar(tree, self.genes)

    def _number(self, tree: ast.expr) -> int:
        scalar = self._scalar(tree)
        if scalar is None:
            raise self.fail(f"a number is required, was {ast.unparse(tree)}")
        return self._hold(scalar)

    def _hold(self, scalar: Scalar) -> int:
        if scalar not in self.scalars:
            self.scalars.append(scalar)
        return self.scalars.index(scalar)

    def _row(self, tree: ast.expr) -> tuple[int, Scalar]:
        """Return the node of a row, and by how many bars it lags."""
        if isinstance(tree, ast.Subscript):
            lag = self._scalar(tree.slice)
            if lag is None:
                raise self.fail(
                    f"a lag must be a number, was {ast.unparse(tree.slice)}"
                )
            return self._unlagged(tree.value), lag
        if isinstance(tree, ast.Name) and tree.id in self._let:
            return self._row(self._let[tree.id])
        if isinstance(tree, ast.Name) and tree.id in COLUMNS:
            return self._node(Row(tree.id)), ZERO
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return self._indicator(tree.func.id, tree.args), ZERO
        raise self.fail(
            f"a column or an indicator is required, was {ast.unparse(tree)}"
        )

    def _check_reach(self, bars: Scalar, text: str) -> None:
        """Raise unless a number of bars lies in the past and within reach."""
        low, high = bars.range_in(self.strategy)
        if not 0 <= low <= high <= FARTHEST_LAG:
            raise self.fail(
                f"bars must be 0 to {FARTHEST_LAG} back, was {text}: {low:g} to {high:g}"
            )

    def _unlagged(self, tree: ast.expr) -> int:
        node, lag = self._row(tree)
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
        if name == "sma" and self.rows[rows[0]].name in SUMMABLE:
            name, rows = (
                "exact_sma",
                [self._node(Row(f"{self.rows[rows[0]].name}_sums"))],
            )
        columns = [self._node(Row(column)) for column in INDICATORS[name].columns]
        numbers = []
        for argument in arguments[INDICATORS[name].rows :]:
            scalar = self._scalar(argument)
            if scalar is None:
                raise self.fail(f"{name} needs a number, was {ast.unparse(argument)}")
            numbers.append(scalar)
        return self._node(Row(name, (*columns, *rows), tuple(numbers)))

    def _node(self, row: Row) -> int:
        if row not in self.rows:
            self.rows.append(row)
        return self.rows.index(row)

    # Conditions

    def _emit(self, code: int, *operands: int, two: bool = False) -> tuple[int, int]:
        key = (code, *operands)
        if key not in self._written:
            up, down = self.masks, self.masks + two
            self.masks += 1 + two
            self.operations.append(Operation(code, up, down, operands))
            self._written[key] = up, down
        return self._written[key]

    def _rule(self, text: str) -> int:
        """Return the mask of a rule, which is true only where its rows are warm.

        A comparison with a cold row is false, so only `or` can be true too soon.
        """
        tree = _parse(text)
        mask = self._condition(tree)
        if not any(isinstance(node, ast.Or) for node in ast.walk(tree)):
            return mask
        for node, lag in dict.fromkeys(self._rows_in(tree)):
            mask = self._emit(AND, mask, self._warm(node, lag))[0]
        return mask

    def _warm(self, node: int, lag: Scalar) -> int:
        name = self.rows[node].name
        holes = name in INDICATORS and INDICATORS[name].holes
        return self._emit(WARM if holes else WARM_FROM, node, self._hold(lag))[0]

    def _rows_in(self, tree: ast.AST) -> Iterator[tuple[int, Scalar]]:
        """Yield the rows that a condition compares, with their lags."""
        for node in ast.walk(tree):
            sides: list[ast.expr] = []
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                sides = node.args if node.func.id in ("up", "down", "rising") else []
            for side in sides:
                if self._scalar(side) is None:
                    yield self._row(side)

    def _condition(self, tree: ast.expr) -> int:
        if isinstance(tree, ast.BoolOp):
            code = AND if isinstance(tree.op, ast.And) else OR
            mask = self._condition(tree.values[0])
            for value in tree.values[1:]:
                mask = self._emit(code, mask, self._condition(value))[0]
            return mask
        if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
            return self._comparison(tree.left, tree.ops[0], tree.comparators[0])
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return self._named(tree.func.id, tree.args)
        raise self.fail(f"a condition is required, was {ast.unparse(tree)}")

    def _comparison(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> int:
        if not isinstance(sign, ast.Lt | ast.Gt):
            raise self.fail("only < and > compare")
        less = isinstance(sign, ast.Lt)
        if self._scalar(left) is not None:
            left, right, less = right, left, not less
        a, a_lag = self._row(left)
        if self._scalar(right) is not None:
            code = LT_LEVEL if less else GT_LEVEL
            return self._emit(code, a, self._hold(a_lag), self._number(right))[0]
        b, b_lag = self._row(right)
        if less:
            a, a_lag, b, b_lag = b, b_lag, a, a_lag
        return self._emit(GT, a, self._hold(a_lag), b, self._hold(b_lag))[0]

    def _named(self, name: str, arguments: Sequence[ast.expr]) -> int:
        first = arguments[0]
        if name in ("up", "down"):
            return self._crossing(first, arguments[1])[name == "down"]
        if name == "rising":
            a, lag = self._row(first)
            before = Scalar(lag.constant + 1, lag.factor, lag.gene)
            self._check_reach(before, name)
            return self._emit(GT, a, self._hold(lag), a, self._hold(before))[0]
        if name == "within":
            return self._emit(
                WITHIN, self._condition(first), self._number(arguments[1])
            )[0]
        if name == "becomes":
            mask, warm = self._condition(first), None
            for node, lag in dict.fromkeys(self._rows_in(first)):
                one = self._warm(node, lag)
                warm = one if warm is None else self._emit(AND, warm, one)[0]
            if warm is not None:
                return self._emit(EDGE, mask, warm)[0]
        raise self.fail(f"no condition is named {name}")

    def _crossing(self, left: ast.expr, right: ast.expr) -> tuple[int, int]:
        a, lag = self._row(left)
        if self._scalar(right) is not None:
            level = self._number(right)
            return self._emit(CROSS_LEVEL, a, self._hold(lag), level, two=True)
        b, b_lag = self._row(right)
        return self._emit(CROSS, a, self._hold(lag), b, self._hold(b_lag), two=True)

    def _join_sides(self) -> None:
        """Make a > b and b > a of the same rows one pass, which gives both."""
        for first in list(self.operations):
            if first.code != GT or first not in self.operations:
                continue
            a, a_lag, b, b_lag = first.operands
            mirror = self._written.get((GT, b, b_lag, a, a_lag))
            if mirror is None:
                continue
            second = next(o for o in self.operations if o.up == mirror[0])
            at = self.operations.index(first)
            self.operations[at] = Operation(SIDES, first.up, second.up, first.operands)
            self.operations.remove(second)


def _parse(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
