"""What a run did, counted by all its threads."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from services.candle_ingestor.fetch import Fetched
from tradestream.candle_store.port import WriteResult


@dataclass(slots=True)
class Tally:
    """Counts of a run.

    Attributes:
        counts: By what was counted.
        rejected: Bars of the venue that could not be used, by reason.
        failures: Why a symbol was not finished, by symbol.
        unknown: Symbols that the venue does not trade.
        newest: Open time of the newest bar that is stored, by symbol.
        left: Symbols with older bars still to fetch when the budget was used up.
    """

    counts: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    failures: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    newest: dict[str, datetime] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wrote(self, written: WriteResult, fetched: Fetched) -> None:
        """Count bars that were stored."""
        with self._lock:
            self.counts["inserted"] += len(written.inserted)
            self.counts["corrected"] += len(written.corrected)
            self.counts["unchanged"] += written.unchanged
            self.counts["venue_holes"] += len(fetched.holes)
            self.rejected.update(fetched.rejected)

    def stored(self, symbol: str, newest: datetime) -> None:
        """Note the newest bar of a symbol, also where no new one could be had."""
        with self._lock:
            self.newest[symbol] = newest

    def announced(self, count: int) -> None:
        """Count bars that were published."""
        with self._lock:
            self.counts["announced"] += count

    def read_newest(self) -> None:
        """Count a symbol whose newest bars are stored."""
        with self._lock:
            self.counts["symbols"] += 1

    def failed(self, symbol: str, reason: str) -> None:
        """Note a symbol that could not be finished."""
        with self._lock:
            self.failures[symbol] = reason

    def not_traded(self, symbol: str) -> None:
        """Note a symbol that the venue does not know."""
        with self._lock:
            self.unknown.add(symbol)

    def postponed(self, symbol: str) -> None:
        """Note a symbol whose older bars wait for the next run."""
        with self._lock:
            self.left.add(symbol)
