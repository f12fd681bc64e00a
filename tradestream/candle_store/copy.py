"""Copies bars from one candle store to another, a day of a symbol at a time.

What is done is read from the target: a day whose checksum is the same in both
stores is left alone. So a copy that was killed anywhere is simply run again.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import numpy as np

from tradestream.candle_store.port import CandleStore, Change
from tradestream.candles import CandleSeries, to_seconds
from tradestream.errors import InvalidCandleError, InvalidDataError

DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)

# A target that forgets would refuse what grows too old while we copy.
_MARGIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Part:
    """What of one symbol is copied.

    Attributes:
        symbol: Such as `BTC-USD`.
        start: Open time of its first bar.
        end: Open time after its last.
        left_out: Bars of the source that are too old for the target to keep.
    """

    symbol: str
    start: datetime
    end: datetime
    left_out: int

    def days(self) -> list[tuple[datetime, datetime]]:
        """Return the spans [start, end) of its days in UTC, oldest first."""
        spans, low = [], self.start
        while low < self.end:
            midnight = datetime(low.year, low.month, low.day, tzinfo=UTC)
            high = min(midnight + DAY, self.end)
            spans.append((low, high))
            low = high
        return spans


@dataclass(frozen=True, slots=True)
class Copied:
    """What was done to one symbol.

    Attributes:
        part: What was to be copied.
        bars: Bars that both stores hold now, the same.
        days: Days with bars.
        written: Days that were not the same before.
        more: Bars of those days that only the target has.
        checksum: Of all bars and how they came to be, as read from the target.
    """

    part: Part
    bars: int
    days: int
    written: int
    more: int
    checksum: str


class Watcher(Protocol):
    """Is told how far a copy is."""

    def day_done(self, symbol: str, day: datetime) -> None:
        """Note that another day of a symbol is the same in both stores."""
        ...


def plan(
    source: CandleStore,
    target: CandleStore,
    symbols: Sequence[str],
    start: datetime | None,
    end: datetime | None,
) -> list[Part]:
    """Return what is to be copied.

    Args:
        source: Where the bars are.
        target: Where they shall be.
        symbols: Which; empty: all.
        start: Open time of the first bar wanted, None for the oldest.
        end: Open time after the last wanted, None for the newest.

    Raises:
        InvalidCandleError: If the source has no bars of a symbol that was named.
    """
    held = source.symbols()
    missing = sorted(set(symbols) - set(held))
    if missing:
        has = ", ".join(held) or "no bars yet"
        raise InvalidCandleError(
            f"no bars of {', '.join(missing)}, the store has {has}"
        )
    kept = target.kept_since()
    parts = []
    for symbol in symbols or held:
        first, last = source.first(symbol), source.last(symbol)
        if first is None or last is None:
            continue
        low = first if start is None else max(first, start)
        high = last + _MINUTE if end is None else min(last + _MINUTE, end)
        left_out = 0
        if kept is not None and kept + _MARGIN > low:
            edge = min(kept + _MARGIN, high)
            left_out = len(source.read(symbol, 60, low, edge))
            low = edge
        parts.append(Part(symbol, low, max(low, high), left_out))
    return parts


def copy_part(
    source: CandleStore, target: CandleStore, part: Part, watcher: Watcher
) -> Copied:
    """Make the target hold the bars of a part, its increments, and its holes.

    Raises:
        InvalidDataError: If what the target holds in the end is not the same.
        InvalidCandleError: If it does not take a bar.
        UnavailableError: If a store did not answer; running again goes on.
    """
    _copy_knowledge(source, target, part.symbol)
    bars = days = written = more = 0
    digest = hashlib.sha256()
    for low, high in part.days():
        mine = _Day.read(source, part.symbol, low, high)
        if len(mine.series):
            theirs = _Day.read(target, part.symbol, low, high)
            if theirs.only(mine).checksum() != mine.checksum():
                target.restore(mine.series, mine.changes)
                theirs = _Day.read(target, part.symbol, low, high)
                written += 1
            same = theirs.only(mine)
            _require_same(part.symbol, low, mine, same)
            bars, days = bars + len(same.series), days + 1
            more += len(theirs.series) - len(same.series)
            digest.update(same.checksum().encode())
        watcher.day_done(part.symbol, low)
    return Copied(part, bars, days, written, more, digest.hexdigest())


@dataclass(frozen=True, slots=True)
class _Day:
    """Bars of a day, and how each came to be."""

    series: CandleSeries
    changes: list[Change]

    @classmethod
    def read(
        cls, store: CandleStore, symbol: str, start: datetime, end: datetime
    ) -> "_Day":
        """Return what a store holds of [start, end)."""
        # In this order: a bar that comes in between is not of this copy.
        series = store.read(symbol, 60, start, end)
        times = set(series.open_times.tolist())
        changes = store.changes(symbol, start, end)
        return cls(series, [c for c in changes if to_seconds(c.open_time) in times])

    def only(self, other: "_Day") -> "_Day":
        """Return those bars that another day has, too."""
        chosen = np.isin(self.series.open_times, other.series.open_times)
        if chosen.all():
            return self
        held = self.series
        columns = (held.opens, held.highs, held.lows, held.closes, held.volumes)
        series = CandleSeries(
            held.symbol,
            held.interval_seconds,
            held.open_times[chosen],
            *(column[chosen] for column in columns),
        )
        changes = [c for c, keep in zip(self.changes, chosen, strict=True) if keep]
        return _Day(series, changes)

    def checksum(self) -> str:
        """Return a hash of every number, source, and time."""
        digest = hashlib.sha256(self.series.fingerprint().encode())
        for change in self.changes:
            at = change.written_at.astimezone(UTC).isoformat()
            digest.update(f"|{at}|{change.corrected}|{change.source}".encode())
        return digest.hexdigest()


def _require_same(symbol: str, day: datetime, mine: _Day, theirs: _Day) -> None:
    if theirs.checksum() != mine.checksum():
        raise InvalidDataError(
            f"{symbol} {day.date()}: the same bars are required in both stores, was"
            f" {len(mine.series):,} of checksum {mine.checksum()[:12]} and"
            f" {len(theirs.series):,} of {theirs.checksum()[:12]}"
        )


def _copy_knowledge(source: CandleStore, target: CandleStore, symbol: str) -> None:
    """Copy the increments of a symbol and the holes of its venue."""
    instrument = source.instrument(symbol)
    if instrument is not None and target.instrument(symbol) != instrument:
        target.write_instruments([instrument])
    known = set(target.checked_holes(symbol))
    groups: dict[datetime, list[tuple[datetime, datetime]]] = {}
    for hole in source.checked_holes(symbol):
        if hole not in known:
            groups.setdefault(hole.checked_at, []).append((hole.start, hole.end))
    for checked_at, holes in sorted(groups.items()):
        target.record_venue_holes(symbol, holes, checked_at=checked_at)
