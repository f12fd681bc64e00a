"""The page of strategy types, on two small families."""

from tradestream.strategies.declaration import StrategyType, integer, number
from tradestream.strategies.markdown import Formula, strategies_page, usage, used

LINE = StrategyType(
    "LINE",
    "Follows a line.",
    (integer("fast", 2, 9), integer("slow", 5, 19, above="fast")),
    "up(inner(close, fast), line)",
    "down(close, line)",
    {"line": "outer(close, slow)"},
)
STOP = StrategyType(
    "STOP", "Follows a stop.", (number("factor", 0.5, 2.0),), "close > 1", "close < 1"
)
FORMULAS = {
    "outer": Formula("Outer line.\n\n    Its formula.", (), 1, 1, "input", False),
    "inner": Formula("Inner line.", ("high", "low"), 1, 1, "price", True),
    "idle": Formula("Nobody's.", (), 0, 1, "ratio", False),
}
PAGE = strategies_page({"lines": [LINE], "stops": [STOP]}, FORMULAS)


def test_the_listing_names_family_and_idea_of_each_type() -> None:
    assert "## The 2 types" in PAGE
    assert "| [LINE](#line) | lines | Follows a line. | 2 |" in PAGE
    assert "| [STOP](#stop) | stops | Follows a stop. | 1 |" in PAGE


def test_a_type_is_shown_with_ranges_defaults_order_and_rules() -> None:
    section = PAGE.split("### LINE\n")[1].split("### STOP")[0]

    assert "| `fast` | 2 to 9 | 5 |  |" in section
    assert "| `slow` | 5 to 19 | 12 | above `fast` |" in section
    assert "line = outer(close, slow)" in section
    assert "enter when up(inner(close, fast), line)" in section
    assert "exit  when down(close, line)" in section
    assert "| `factor` | 0.5 to 2 by 0.01 | 1.25 |  |" in PAGE


def test_only_indicators_in_use_are_explained_in_order() -> None:
    explained = PAGE.split("## Indicators\n")[1]

    assert explained.index("### inner") < explained.index("### outer")
    assert "Outer line.\n\nIts formula." in explained
    assert "idle" not in explained
    assert used([STOP], FORMULAS) == []


def test_usage_tells_arguments_unit_columns_and_holes() -> None:
    assert (
        usage("inner", FORMULAS["inner"])
        == "`inner(row, number)`, in ticks, of `high`, `low`, with holes."
    )
