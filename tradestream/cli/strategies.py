"""`tradestream strategies`: list or explain the strategy types."""

from inspect import cleandoc
from textwrap import indent
from typing import Any

import click

from tradestream.cli import output
from tradestream.strategies.catalogue import CATALOGUE, FAMILIES
from tradestream.strategies.declaration import Parameter, StrategyType
from tradestream.strategies.markdown import Formula, strategies_page, usage, used


@click.command(name="strategies", short_help="List or explain the strategy types.")
@click.argument("name", required=False)
@click.option(
    "--output",
    "form",
    type=click.Choice(["table", "json", "markdown"]),
    default="table",
    show_default=True,
    help="How to print them.",
)
def command(name: str | None, form: str) -> None:
    """List the strategy types, or explain one: parameters, ranges, rules, defaults.

    \b
    Examples:
      tradestream strategies
      tradestream strategies SMA_RSI
      tradestream strategies --output json
    """
    kinds = list(CATALOGUE.values()) if name is None else [_named(name)]
    if name is not None or form == "markdown":
        _check_rules(kinds)
    if form == "json":
        found = [strategy_json(kind) for kind in kinds]
        output.write_json(found if name is None else found[0])
    elif form == "markdown":
        chosen = {f: [k for k in of_it if k in kinds] for f, of_it in FAMILIES.items()}
        output.write(strategies_page(chosen, _formulas()))
    elif name is None:
        output.write_tables([_listing(kinds)])
    else:
        output.write_tables(_explanation(kinds[0]))


def _check_rules(kinds: list[StrategyType]) -> None:
    """Raise RuleError where a rule makes no sense."""
    # Imported late: listings need no engine.
    from tradestream.backtest.rules import Rules

    for kind in kinds:
        Rules(kind)


def _formulas() -> dict[str, Formula]:
    """Return what is known of each indicator."""
    # Imported late: listings need no engine.
    from tradestream.indicators.library import INDICATORS

    return {
        name: Formula(
            i.kernel.__doc__ or "", i.columns, i.rows, i.parameters, i.unit, i.holes
        )
        for name, i in INDICATORS.items()
    }


def strategy_json(kind: StrategyType) -> dict[str, Any]:
    """Return a strategy type as JSON has it."""
    defaults = kind.defaults()
    return {
        "name": kind.name,
        "family": _family(kind),
        "idea": kind.idea,
        "parameters": [
            {
                "name": p.name,
                "kind": p.kind,
                "low": p.low,
                "high": p.high,
                "step": p.step,
                "above": p.above,
                "default": defaults[p.name],
            }
            for p in kind.parameters
        ],
        "let": dict(kind.let),
        "enter": kind.enter,
        "exit": kind.exit,
    }


def _named(name: str) -> StrategyType:
    found = CATALOGUE.get(name.upper())
    if found is None:
        raise click.BadParameter(
            f"{name!r} is not a strategy, only {', '.join(CATALOGUE)}",
            param_hint="NAME",
        )
    return found


def _family(kind: StrategyType) -> str:
    return next(name for name, kinds in FAMILIES.items() if kind in kinds)


def _listing(kinds: list[StrategyType]) -> Any:
    table = output.table(None, ["strategy", "family", "idea", "parameters (defaults)"])
    for kind in kinds:
        defaults = ", ".join(f"{n}={v:g}" for n, v in kind.defaults().items())
        table.add_row(kind.name, _family(kind), kind.idea, defaults)
    return table


def _explanation(kind: StrategyType) -> list[Any]:
    table = output.table(None, ["parameter", "range", "default"])
    defaults = kind.defaults()
    for parameter in kind.parameters:
        table.add_row(
            parameter.name, range_text(parameter), f"{defaults[parameter.name]:g}"
        )
    rules = [f"  {name} = {rule}" for name, rule in kind.let.items()]
    formulas = _formulas()
    explained = [_indicator(n, formulas[n]) for n in used([kind], formulas)]
    return [
        f"{kind.name}: {kind.idea}",
        f"family: {_family(kind)}",
        "",
        table,
        "",
        *(["where", *rules] if rules else []),
        f"enter when  {kind.enter}",
        f"exit when   {kind.exit}",
        *explained,
    ]


def _indicator(name: str, formula: Formula) -> str:
    text = indent(cleandoc(formula.text), "  ")
    return f"\n{usage(name, formula).replace('`', '')}\n{text}"


def range_text(parameter: Parameter) -> str:
    """Return the values that a parameter may take, in words."""
    text = f"{parameter.low:g} to {parameter.high:g}"
    if parameter.kind == "float":
        text += f" in steps of {parameter.step:g}"
    return text + (f", above {parameter.above}" if parameter.above else "")
