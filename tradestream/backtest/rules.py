"""From the text of a rule to a list of operations on masks, one bit a bar."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from tradestream.backtest.layout import (
    AND,
    CROSS,
    CROSS_LEVEL,
    EDGE,
    GT,
    GT_LEVEL,
    LT_LEVEL,
    OR,
    SIDES,
    WARM,
    WARM_FROM,
    WITHIN,
)
from tradestream.backtest.row_graph import RowGraph
from tradestream.backtest.scalars import Scalar
from tradestream.errors import RuleError
from tradestream.indicators.library import INDICATORS
from tradestream.strategies.declaration import StrategyType


@dataclass(frozen=True, slots=True)
class Operation:
    """One mask operation: writes masks `up` and `down` from up to four operands.

    With `touching`, a comparison is also true of what is equal.
    """

    code: int
    up: int
    down: int
    operands: tuple[int, ...]
    touching: bool = False


class Rules:
    """The parsed rules of one strategy type.

    Attributes:
        graph: The rows that the rules compare.
        operations: In the order in which they run.
        masks: How many masks the operations write.
        enter: Number of the mask that says when to enter.
        exit: Number of the mask that says when to exit.

    Raises:
        RuleError: Names the type and the part of a rule that makes no sense.
    """

    def __init__(self, strategy: StrategyType) -> None:
        self.graph = RowGraph(strategy)
        self.operations: list[Operation] = []
        self.masks = 0
        self._written: dict[tuple[int, ...], tuple[int, int]] = {}
        self.enter = self._rule("enter", strategy.enter)
        self.exit = self._rule("exit", strategy.exit)
        self._join_sides()

    def _emit(
        self, code: int, *operands: int, two: bool = False, touching: bool = False
    ) -> tuple[int, int]:
        key = (code, *operands, -1) if touching else (code, *operands)
        if key not in self._written:
            up, down = self.masks, self.masks + two
            self.masks += 1 + two
            self.operations.append(Operation(code, up, down, operands, touching))
            self._written[key] = up, down
        return self._written[key]

    def _rule(self, part: str, text: str) -> int:
        """Return the mask of a rule, which is true only where its rows are warm.

        A comparison with a cold row is false, so only `or` can be true too soon,
        and `within` where a row has a hole.
        """
        tree = self.graph.texts.parse(part, text)
        try:
            mask = self._condition(tree)
        except RecursionError as error:
            raise self.graph.texts.unreadable(part, error) from error
        if not any(_reaches_past_cold(node) for node in ast.walk(tree)):
            return mask
        for node, lag in dict.fromkeys(self._rows_in(tree)):
            mask = self._emit(AND, mask, self._warm(node, lag))[0]
        return mask

    def _warm(self, node: int, lag: Scalar) -> int:
        code = WARM if self._has_holes(node) else WARM_FROM
        return self._emit(code, node, self.graph.hold(lag))[0]

    def _has_holes(self, node: int) -> bool:
        row = self.graph.rows[node]
        if row.name in INDICATORS and INDICATORS[row.name].holes:
            return True
        return any(self._has_holes(i) for i in row.inputs)

    def _rows_in(self, tree: ast.AST) -> Iterator[tuple[int, Scalar]]:
        """Yield the rows that a condition compares, with their lags."""
        for node in ast.walk(tree):
            sides: list[ast.expr] = []
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                sides = node.args if node.func.id in ("up", "down", "rising") else []
            for side in sides:
                if self.graph.scalar(side) is None:
                    yield self.graph.row(side)

    def _condition(self, tree: ast.expr) -> int:
        if isinstance(tree, ast.BoolOp):
            code = AND if isinstance(tree.op, ast.And) else OR
            mask = self._condition(tree.values[0])
            for value in tree.values[1:]:
                mask = self._emit(code, mask, self._condition(value))[0]
            return mask
        if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
            return self._comparison(tree)
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
            return self._named(tree.func.id, tree)
        raise self._fail(f"a condition is required, was {ast.unparse(tree)}", tree)

    def _fail(self, why: str, tree: ast.expr) -> RuleError:
        return self.graph.texts.fail(why, tree)

    def _comparison(self, tree: ast.Compare) -> int:
        left, sign, right = tree.left, tree.ops[0], tree.comparators[0]
        if not isinstance(sign, ast.Lt | ast.Gt | ast.LtE | ast.GtE):
            raise self._fail("only <, >, <=, and >= compare", tree)
        less = isinstance(sign, ast.Lt | ast.LtE)
        touching = isinstance(sign, ast.LtE | ast.GtE)
        if self.graph.scalar(left) is not None:
            left, right, less = right, left, not less
        a, a_lag = self._side(left)
        if self.graph.scalar(right) is not None:
            code = LT_LEVEL if less else GT_LEVEL
            level = self.graph.number(right)
            return self._emit(code, a, a_lag, level, touching=touching)[0]
        b, b_lag = self._side_like(a, right)
        if less:
            a, a_lag, b, b_lag = b, b_lag, a, a_lag
        return self._emit(GT, a, a_lag, b, b_lag, touching=touching)[0]

    def _side(self, tree: ast.expr) -> tuple[int, int]:
        """Return the node of a row, and the position of its lag."""
        node, lag = self.graph.row(tree)
        return node, self.graph.hold(lag)

    def _side_like(self, other: int, tree: ast.expr) -> tuple[int, int]:
        """Return a side as `_side` does; raise unless in the unit of another."""
        node, lag = self._side(tree)
        if self.graph.is_price(node) != self.graph.is_price(other):
            wanted = "a price" if self.graph.is_price(other) else "no price"
            text = ast.unparse(tree)
            raise self._fail(f"{wanted} is required to compare, was {text}", tree)
        return node, lag

    def _named(self, name: str, call: ast.Call) -> int:
        arguments = call.args
        wanted = {"up": 2, "down": 2, "within": 2, "rising": 1, "becomes": 1}
        if name not in wanted:
            raise self._fail(f"no condition is named {name}", call)
        if len(arguments) != wanted[name] or call.keywords:
            given = f"{wanted[name]} arguments, was {len(arguments)}"
            raise self._fail(f"{name} takes {given}", call)
        if name in ("up", "down"):
            return self._crossing(arguments[0], arguments[1])[name == "down"]
        if name == "within":
            return self._within(arguments[0], arguments[1])
        return (
            self._rising(arguments[0])
            if name == "rising"
            else self._becomes(arguments[0])
        )

    def _crossing(self, left: ast.expr, right: ast.expr) -> tuple[int, int]:
        a, lag = self._side(left)
        if self.graph.scalar(right) is not None:
            return self._emit(CROSS_LEVEL, a, lag, self.graph.number(right), two=True)
        return self._emit(CROSS, a, lag, *self._side_like(a, right), two=True)

    def _within(self, condition: ast.expr, bars: ast.expr) -> int:
        number = self.graph.number(bars)
        self.graph.check_reach(self.graph.scalars[number], bars, least=1)
        return self._emit(WITHIN, self._condition(condition), number)[0]

    def _rising(self, tree: ast.expr) -> int:
        a, lag = self.graph.row(tree)
        before = Scalar(lag.constant + 1, lag.factor, lag.gene)
        self.graph.check_reach(before, tree)
        return self._emit(GT, a, self.graph.hold(lag), a, self.graph.hold(before))[0]

    def _becomes(self, tree: ast.expr) -> int:
        mask, warm = self._condition(tree), None
        for node, lag in dict.fromkeys(self._rows_in(tree)):
            one = self._warm(node, lag)
            warm = one if warm is None else self._emit(AND, warm, one)[0]
        if warm is None:
            raise self._fail("becomes needs a comparison of rows", tree)
        return self._emit(EDGE, mask, warm)[0]

    def _join_sides(self) -> None:
        """Make a > b and b > a of the same rows one pass, which gives both."""
        for first in list(self.operations):
            if first.code != GT or first.touching or first not in self.operations:
                continue
            a, a_lag, b, b_lag = first.operands
            mirror = self._written.get((GT, b, b_lag, a, a_lag))
            if mirror is None:
                continue
            second = next(o for o in self.operations if o.up == mirror[0])
            at = self.operations.index(first)
            self.operations[at] = Operation(SIDES, first.up, second.up, first.operands)
            self.operations.remove(second)


def _reaches_past_cold(node: ast.AST) -> bool:
    """Whether a part of a rule may be true where one of its rows is not warm."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id == "within"
    return isinstance(node, ast.Or)
