"""The generated page of strategy types, `docs/strategies.md`. Pure."""

import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tradestream.strategies import markdown_text
from tradestream.strategies.declaration import Parameter, StrategyType

_UNITS = {"price": "in ticks", "ratio": "a ratio", "input": "in the unit of its rows"}


@dataclass(frozen=True, slots=True)
class Formula:
    """What the page says of an indicator.

    Attributes:
        text: Its formula.
        columns: Columns that it reads by itself.
        rows: How many rows a rule hands to it.
        parameters: How many numbers a rule hands to it, after the rows.
        unit: `price`, `ratio`, or `input`.
        holes: Whether it may lose its value again.
    """

    text: str
    columns: tuple[str, ...]
    rows: int
    parameters: int
    unit: str
    holes: bool


def strategies_page(
    families: Mapping[str, Sequence[StrategyType]], formulas: Mapping[str, Formula]
) -> str:
    """Return a Markdown page that explains strategy types.

    Args:
        families: The types by family, in the order of the page.
        formulas: The indicators by name; those that no rule uses are left out.
    """
    kinds = [kind for family in families.values() for kind in family]
    listing = [
        "| strategy | family | idea | parameters |",
        "|---|---|---|---|",
        *(
            f"| [{kind.name}](#{kind.name.lower()}) | {family} | {kind.idea} "
            f"| {len(kind.parameters)} |"
            for family, members in families.items()
            for kind in members
        ),
    ]
    return "\n".join(
        [
            markdown_text.HEAD,
            markdown_text.RULES,
            f"## The {len(kinds)} types\n",
            "\n".join(listing) + "\n",
            *(_section(kind, name) for name, f in families.items() for kind in f),
            markdown_text.INDICATORS,
            *(_explained(name, formulas[name]) for name in used(kinds, formulas)),
        ]
    )


def used(kinds: Iterable[StrategyType], names: Iterable[str]) -> list[str]:
    """Return those names of indicators that a rule of `kinds` uses, sorted."""
    texts = (t for kind in kinds for t in (*kind.let.values(), kind.enter, kind.exit))
    called = {name for text in texts for name in re.findall(r"(\w+)\(", text)}
    return sorted(called & set(names))


def usage(name: str, formula: Formula) -> str:
    """Return how a rule calls an indicator, and what it is measured in."""
    given = ["row"] * formula.rows + ["number"] * formula.parameters
    facts = [_UNITS[formula.unit]]
    if formula.columns:
        facts.append("of " + ", ".join(f"`{c}`" for c in formula.columns))
    if formula.holes:
        facts.append("with holes")
    return f"`{name}({', '.join(given)})`, {', '.join(facts)}."


def _section(kind: StrategyType, family: str) -> str:
    defaults = kind.defaults()
    rows = [
        f"| `{p.name}` | {_range(p)} | {defaults[p.name]:g} | {_order(p)} |"
        for p in kind.parameters
    ]
    rules = [
        *(f"{name} = {rule}" for name, rule in kind.let.items()),
        f"enter when {kind.enter}",
        f"exit  when {kind.exit}",
    ]
    return "\n".join(
        [
            f"### {kind.name}",
            "",
            f"{kind.idea} Family: {family}.",
            "",
            "| parameter | range | default | order |",
            "|---|---|---|---|",
            *rows,
            "",
            "```text",
            *rules,
            "```",
            "",
        ]
    )


def _explained(name: str, formula: Formula) -> str:
    text = inspect.cleandoc(formula.text)
    return f"### {name}\n\n{usage(name, formula)}\n\n{text}\n"


def _range(parameter: Parameter) -> str:
    text = f"{parameter.low:g} to {parameter.high:g}"
    return text + (f" by {parameter.step:g}" if parameter.kind == "float" else "")


def _order(parameter: Parameter) -> str:
    return f"above `{parameter.above}`" if parameter.above else ""
