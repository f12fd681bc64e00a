"""Numbers in rules: a constant plus a multiple of at most one parameter."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite

from tradestream.strategies.declaration import StrategyType


@dataclass(frozen=True, slots=True)
class Scalar:
    """constant + factor · genome[gene]; `gene` is −1 where factor is nil."""

    constant: float
    factor: float = 0.0
    gene: int = -1

    def range_in(self, strategy: StrategyType) -> tuple[float, float]:
        """Return the lowest and the highest value over all genomes of a type."""
        if self.gene < 0:
            return self.constant, self.constant
        parameter = strategy.parameters[self.gene]
        ends = [
            self.constant + self.factor * x for x in (parameter.low, parameter.high)
        ]
        return min(ends), max(ends)

    def is_whole_in(self, strategy: StrategyType) -> bool:
        """Return whether the value is a whole number for every genome of a type."""
        kind = "int" if self.gene < 0 else strategy.parameters[self.gene].kind
        steps = (self.constant, self.factor)
        return kind == "int" and all(step.is_integer() for step in steps)

    def is_finite_in(self, strategy: StrategyType) -> bool:
        """Return whether the value is finite for every genome of a type."""
        numbers = (self.constant, self.factor, *self.range_in(strategy))
        return all(isfinite(number) for number in numbers)


ZERO = Scalar(0.0)


def parse_scalar(tree: ast.expr, genes: Sequence[str]) -> Scalar | None:
    """Return the number that `tree` stands for; None if it is not one.

    What exceeds a float is infinite.

    Args:
        tree: Part of a parsed rule.
        genes: Names of the parameters, in the order of a genome.
    """
    if isinstance(tree, ast.Constant):
        return _literal(tree.value)
    if isinstance(tree, ast.Name) and tree.id in genes:
        return Scalar(0.0, 1.0, genes.index(tree.id))
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        inner = parse_scalar(tree.operand, genes)
        return None if inner is None else _times(inner, -1.0)
    if isinstance(tree, ast.BinOp):
        left, right = parse_scalar(tree.left, genes), parse_scalar(tree.right, genes)
        if left is not None and right is not None:
            return _combine(tree.op, left, right)
    return None


def _literal(value: object) -> Scalar | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return Scalar(float(value))
    except OverflowError:
        return Scalar(inf)


def _combine(sign: ast.operator, left: Scalar, right: Scalar) -> Scalar | None:
    if min(left.gene, right.gene) >= 0:
        return None
    if isinstance(sign, ast.Sub):
        sign, right = ast.Add(), _times(right, -1.0)
    if isinstance(sign, ast.Add):
        gene, factor = max(left.gene, right.gene), left.factor + right.factor
        return Scalar(left.constant + right.constant, factor, gene)
    if isinstance(sign, ast.Mult):
        if right.gene >= 0:
            left, right = right, left
        return _times(left, right.constant)
    return None


def _times(scalar: Scalar, by: float) -> Scalar:
    return Scalar(scalar.constant * by, scalar.factor * by, scalar.gene)
