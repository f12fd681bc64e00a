"""One run: the list of traded symbols follows the ranking, or stays as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from services.top_crypto_updater.ranking import Asset, top_symbols
from tradestream.errors import InvalidDataError


class EmptyRankingError(InvalidDataError):
    """Raised when the ranking leaves nothing to trade."""


class Ranking(Protocol):
    """Where assets are ranked by market capitalization."""

    def fetch(self) -> Sequence[Asset]:
        """Return the largest assets, in any order."""
        ...


class SymbolStore(Protocol):
    """Where the traded symbols are kept."""

    def read(self) -> tuple[str, ...]:
        """Return the traded symbols, largest first; empty when never written."""
        ...

    def retired(self) -> Mapping[str, datetime]:
        """Return symbols that left the list, and until when they are ingested."""
        ...

    def replace(self, symbols: Sequence[str], retired: Mapping[str, datetime]) -> None:
        """Write both, at once or not at all."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """What a run changed.

    Attributes:
        symbols: The list as it now stands, largest first.
        added: Symbols that were not there.
        removed: Symbols that left.
    """

    symbols: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def update(
    ranking: Ranking,
    store: SymbolStore,
    *,
    limit: int,
    exclude: frozenset[str],
    keep_for: timedelta,
    now: datetime,
) -> Change:
    """Make `store` hold the `limit` largest assets of `ranking`.

    A symbol that leaves is ingested until `keep_for` later, so that what trades
    it can end well.

    Raises:
        EmptyRankingError: If nothing is left to trade; the store is untouched.
    """
    wanted = top_symbols(ranking.fetch(), limit=limit, exclude=exclude)
    if not wanted:
        raise EmptyRankingError("at least one symbol to trade is required, was none")
    held = store.read()
    removed = tuple(s for s in held if s not in wanted)
    retired = {
        symbol: until
        for symbol, until in store.retired().items()
        if until > now and symbol not in wanted
    }
    store.replace(wanted, retired | dict.fromkeys(removed, now + keep_for))
    return Change(wanted, tuple(s for s in wanted if s not in held), removed)
