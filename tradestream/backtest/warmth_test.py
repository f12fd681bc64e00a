"""Rows begin when they are warm, and no rule is true before all of its rows are."""

import ast

import numpy as np
import pytest

from tradestream.backtest.costs import Costs
from tradestream.backtest.inspect_rows import row_of
from tradestream.backtest.scalars import parse_scalar
from tradestream.backtest.window import Window
from tradestream.candles import LEAST_BARS, CandleSeries, Floats
from tradestream.discovery.genome import Space
from tradestream.indicators.library import INDICATORS
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import StrategyType, Value
from tradestream.testing.markets import instrument_of, quiet_market, random_walk

BARS = 420
SERIES = {"walk": random_walk(BARS), "quiet": quiet_market(BARS + 30)}

each_type = pytest.mark.parametrize("name", list(CATALOGUE))
each_market = pytest.mark.parametrize("market", list(SERIES))


class Filled(ast.NodeTransformer):
    """Puts values for parameters, and rows for the names of `let`."""

    def __init__(self, strategy: StrategyType, values: dict[str, Value]) -> None:
        self.let, self.values = strategy.let, values

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(argument) for argument in node.args]
        return node  # a let may be named like the indicator that it is

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.values:
            return ast.Constant(self.values[node.id])
        if node.id in self.let:
            inner = ast.parse(self.let[node.id], mode="eval").body
            return self.visit(inner)  # type: ignore[no-any-return]
        return node


def rows_of(strategy: StrategyType, values: dict[str, Value], rule: str) -> set[str]:
    """Return the rows that a rule compares, as text without names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(rule, mode="eval")):
        sides: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            sides = node.args if node.func.id in ("up", "down", "rising") else []
        for side in sides:
            filled = Filled(strategy, values).visit(
                ast.parse(ast.unparse(side), mode="eval").body
            )
            if parse_scalar(filled, ()) is None:
                found.add(ast.unparse(filled))
    return found


def value_of(window: Window, text: str) -> Floats:
    """Return a row by its text, lagged or not."""
    tree = ast.parse(text, mode="eval").body
    if not isinstance(tree, ast.Subscript):
        return row_of(window, text)
    lag = parse_scalar(tree.slice, ())
    assert lag is not None
    shift = int(lag.constant)
    row = row_of(window, ast.unparse(tree.value))
    return np.concatenate([np.full(shift, np.nan), row])[: len(row)]


def window_on(series: CandleSeries, whole: CandleSeries) -> Window:
    return Window(series, instrument_of(whole), Costs(), row_budget_bytes=1 << 20)


def genomes_of(name: str) -> list[dict[str, Value]]:
    space = Space(CATALOGUE[name])
    return [space.parameters(g) for g in space.random(2, seed=8)]


@each_market
@each_type
def test_no_rule_is_true_before_all_its_rows_are_warm(name: str, market: str) -> None:
    series, strategy = SERIES[market], CATALOGUE[name]
    window = window_on(series, series)
    for values in genomes_of(name):
        signals = window.signals(name, values)
        for rule, signal in zip((strategy.enter, strategy.exit), signals, strict=True):
            texts = rows_of(strategy, values, rule)
            rows = [value_of(window, text) for text in texts]
            warm = ~np.any(np.isnan(rows), axis=0)
            assert not np.any(signal & ~warm), (values, texts)

            first = int(np.argmax(warm)) if np.any(warm) else len(series)
            short = window_on(series.slice(0, max(first, LEAST_BARS)), series)
            early = short.signals(name, values)[rule is strategy.exit]
            assert not np.any(early[:first]), (values, texts)


@each_market
@each_type
def test_a_row_that_is_warm_stays_a_finite_number(name: str, market: str) -> None:
    series, strategy = SERIES[market], CATALOGUE[name]
    window = window_on(series, series)
    for values in genomes_of(name):
        for text in rows_of(strategy, values, strategy.enter) | rows_of(
            strategy, values, strategy.exit
        ):
            row = value_of(window, text)
            assert not np.any(np.isinf(row)), text
            names = {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}
            if any(INDICATORS[n].holes for n in names & set(INDICATORS)):
                continue
            first = int(np.argmax(~np.isnan(row)))
            assert not np.any(np.isnan(row[first:])) or np.all(np.isnan(row)), text
