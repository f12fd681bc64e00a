"""What is wrong with a declared rule is said with its place."""

from dataclasses import replace

import pytest

from tradestream.backtest.rules import Rules
from tradestream.errors import RuleError, TradeStreamError
from tradestream.strategies.declaration import StrategyType, integer, number

EDGE = (integer("n", 2, 32), number("x", 0.1, 0.9))


def declared(
    enter: str = "close > 1", leave: str = "close < 1", **let: str
) -> StrategyType:
    genes = (integer("n", 2, 30), number("x", 0.1, 0.9))
    return StrategyType("MINE", "An idea.", genes, enter, leave, let)


@pytest.mark.parametrize(
    ("enter", "why"),
    [
        ("close >", "line 1, column 8: invalid syntax"),
        ("", "line 1, column 1: invalid syntax"),
        ("(close > 1 and\n and)", "line 2, column 2: invalid syntax"),
        ("close > emma(close, n)", "line 1, column 9: no indicator is named emma"),
        ("(close >\n  nope(close, 3))", "line 2, column 3: no indicator is named nope"),
        ("close > m", "line 1, column 9: a column or an indicator is required, was m"),
        ("close > ema(close)", "column 9: ema takes 2 arguments without names, was 1"),
        ("close > ema(close, n=n)", "ema takes 2 arguments without names, was 2"),
        ("close > ema(close, high)", "column 20: ema needs a number, was high"),
        ("close > ema(close[1], n)", "a lag is not possible inside, was close\\[1\\]"),
        ("close > close[high]", "column 15: a lag must be a number, was high"),
        ("close > close[3 * n]", "column 9: bars must be 0 to 64 back, .*: 6 to 90"),
        ("close > n * n", "column 9: a column or an indicator is required"),
        ("rising(close[64])", "column 8: bars must be 0 to 64 back"),
        ("within(close > 1, 65)", "column 19: bars must be 1 to 64 back, was 65"),
        ("up(close)", "column 1: up takes 2 arguments, was 1"),
        ("upp(close, 1)", "column 1: no condition is named upp"),
        ("close == 1", "column 1: only <, >, <=, and >= compare"),
        ("1 < close < 2", "column 1: a condition is required"),
        ("close", "column 1: a condition is required, was close"),
        ("becomes(1 > 2)", "column 13: a column or an indicator is required, was 2"),
        ("import os", "line 1, column 1: invalid syntax"),
        ("__import__('os') > 1", "column 1: no indicator is named __import__"),
        ("close.real > 1", "column 1: a column or an indicator is required"),
        ("close > close[-1]", "column 9: bars must be 0 to 64 back, .*: -1 to -1"),
        ("close > close[1.5]", "column 9: a whole number of bars is required, was"),
        ("close[0.5 * n] > 1", "column 1: a whole number of bars is required, was"),
        ("close[x] > 1", "column 1: a whole number of bars is required, was close.x"),
        ("within(close > 1, 0)", "column 19: bars must be 1 to 64 back, was 0"),
        ("within(close > 1, n - 2)", "column 19: bars must be 1 to 64 .*: 0 to 28"),
        ("within(close > 1, 1.5)", "column 19: a whole number of bars is required"),
        ("close > ema(close, True)", "column 20: ema needs a number, was True"),
        ("close > True", "column 9: a column or an indicator is required, was True"),
        ("close[False] > 1", "column 7: a lag must be a number, was False"),
        ("close > 1e999", "column 9: a finite number is required"),
        ("close > " + "9" * 400, "column 9: a finite number is required"),
        ("close > 1e999 - 1e999", "column 9: a finite number is required"),
        ("close > 1e308 * n", "column 9: a finite number is required"),
        ("close > rsi(n)", "column 9: a price is required to compare, was rsi.n."),
        ("close < volume", "column 9: a price is required to compare, was volume"),
        ("up(rsi(n), close)", "column 12: no price is required to compare, was close"),
    ],
)
def test_an_error_in_a_rule_names_the_type_the_line_and_the_column(
    enter: str, why: str
) -> None:
    with pytest.raises(
        RuleError, match=f"MINE: enter, line .*{why.split('line ')[-1]}"
    ) as raised:
        Rules(declared(enter))

    assert "\n" not in str(raised.value)


def test_an_error_in_an_exit_or_in_a_name_says_so() -> None:
    with pytest.raises(RuleError, match="MINE: exit, line 1, column 9: no indicator"):
        Rules(declared(leave="close < nope(3)"))
    with pytest.raises(RuleError, match="MINE: line_of_mine, line 1, column 1"):
        Rules(declared(enter="close > line_of_mine", line_of_mine="nope(3)"))


def test_a_name_may_not_be_made_of_itself() -> None:
    strategy = declared(enter="close > a", a="ema(b, n)", b="ema(a, n)")

    with pytest.raises(RuleError, match="MINE: b, line 1, column 5: a is made of it"):
        Rules(strategy)


def test_a_name_may_not_hide_a_column() -> None:
    with pytest.raises(RuleError, match="MINE: a name must be new, was close, a col"):
        Rules(declared(close="high"))
    hidden = StrategyType("MINE", "", (integer("low", 2, 9),), "low > 1", "low < 1")
    with pytest.raises(RuleError, match="MINE: a name must be new, was low, a column"):
        Rules(hidden)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "close > 1" + ")" * 5000,
        "close > 1" + " + 1" * 5000,
        "close > close" + "[0]" * 1000,
    ],
    ids=["brackets", "sum", "lags"],
)
def test_a_text_that_is_too_deep_to_read_is_refused(text: str) -> None:
    with pytest.raises(RuleError, match="MINE: enter"):
        Rules(declared(text))


def test_a_broken_rule_is_an_error_of_tradestream_and_of_a_value() -> None:
    assert issubclass(RuleError, TradeStreamError)
    assert issubclass(RuleError, ValueError)


@pytest.mark.parametrize(
    "enter",
    [
        "within(close > close[64], 1)",
        "close > close[2 * n]",
        "close > sma(close, n) and volume > sma(volume, n)",
        "rsi(n) > ema(rsi(n), 3) and true_range > sma(true_range, n)",
        "up(rsi(n), 100 * x)",
    ],
)
def test_rules_at_the_edge_of_what_makes_sense_are_read(enter: str) -> None:
    strategy = replace(declared(enter), parameters=EDGE)

    assert Rules(strategy).operations
