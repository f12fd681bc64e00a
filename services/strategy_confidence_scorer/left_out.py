"""Leaving out stored strategies that the catalogue does not have any more.

What was found before an upgrade may be of a type that is gone, or may lie
outside a range that was narrowed. It can not be evaluated; the run goes on.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from tradestream.strategies.identity import canonical_parameters
from tradestream.strategies.stored import is_declared


class Stored(Protocol):
    """A strategy as it was stored."""

    @property
    def strategy_name(self) -> str:
        """Its type."""
        ...

    @property
    def parameters(self) -> Mapping[str, int | float]:
        """Typed values by name."""
        ...


_Item = TypeVar("_Item", bound=Stored)


class LeftOut:
    """Strategies of one symbol that were left out, each counted once."""

    def __init__(self) -> None:
        self._known: set[tuple[str, str]] = set()

    def __len__(self) -> int:
        return len(self._known)

    def declared(self, items: Iterable[_Item]) -> list[_Item]:
        """Return those that can be evaluated, in their order; note the others."""
        kept: list[_Item] = []
        for item in items:
            if is_declared(item.strategy_name, item.parameters):
                kept.append(item)
            else:
                canonical = canonical_parameters(item.parameters)
                self._known.add((item.strategy_name, canonical))
        return kept
