"""Whether a strategy that was stored is still one of the catalogue."""

from collections.abc import Mapping

from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.declaration import Value


def is_declared(strategy_name: str, parameters: Mapping[str, Value]) -> bool:
    """Return whether the type exists and would take these parameters today."""
    kind = CATALOGUE.get(strategy_name)
    if kind is None:
        return False
    try:
        kind.check(parameters)
    except ValueError:
        return False
    return True
