"""Strategy names and `--params a=1,b=2` as the command line takes them."""

import click

from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import StrategyType, Value


def strategy_type(name: str) -> StrategyType:
    """Return the type of that name, in any case.

    Raises:
        click.BadParameter: If there is none; names those that there are.
    """
    found = CATALOGUE.get(name.upper())
    if found is None:
        raise click.BadParameter(
            f"{name!r} is not a strategy, only {', '.join(CATALOGUE)}",
            param_hint="--strategy",
        )
    return found


def complete_parameters(kind: StrategyType, text: str | None) -> dict[str, Value]:
    """Return all parameters of `kind`; those that `text` leaves out are defaults.

    Raises:
        click.BadParameter: Says what is wrong and what is allowed.
    """
    try:
        given = _parse(kind, text or "")
        return kind.complete(given)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--params") from None


def _parse(kind: StrategyType, text: str) -> dict[str, Value]:
    given: dict[str, Value] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, equals, value = (p.strip() for p in part.partition("="))
        if not equals:
            raise ValueError(f"name=value pairs such as a=1,b=2 required, was {part!r}")
        if name in given:
            raise ValueError(f"{name} is given twice")
        given[name] = _number(name, value, kind.parameter(name).kind)
    return given


def _number(name: str, text: str, kind: str) -> Value:
    try:
        return int(text) if kind == "int" else float(text)
    except ValueError:
        what = "a whole number" if kind == "int" else "a number"
        raise ValueError(f"{name} must be {what}, was {text!r}") from None
