"""A candle store in memory, for tests and for work on files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from tradestream.candle_store.gap_search import find_gaps
from tradestream.candle_store.port import Change, CheckedHole, Gap, WriteResult
from tradestream.candle_store.writable import check_writable
from tradestream.candles import (
    MINUTE_SECONDS,
    CandleSeries,
    Floats,
    aggregate,
    to_datetime,
    to_seconds,
)
from tradestream.instruments import MAX_DECIMALS, Instrument

_Numbers = tuple[float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class StoredBar:
    """One bar as it rests in the store."""

    numbers: _Numbers
    source: str
    written_at: datetime
    corrected_at: datetime | None = None


class MemoryCandleStore:
    """Keeps bars in dictionaries; passes the contract of every candle store.

    Attributes:
        bars: By symbol, then by open time in seconds since 1970.
        holes: By symbol, then by start: (end, checked_at).
    """

    def __init__(self) -> None:
        self.bars: dict[str, dict[int, StoredBar]] = {}
        self.holes: dict[str, dict[datetime, tuple[datetime, datetime]]] = {}
        self.instruments: dict[str, Instrument] = {}

    def write(
        self, series: CandleSeries, *, source: str, written_at: datetime
    ) -> WriteResult:
        """Insert or correct one-minute bars, all of them or none."""
        check_writable(series)
        held = self.bars.setdefault(series.symbol, {}) if len(series) else {}
        inserted, corrected = [], []
        for open_time, numbers in _rows(series):
            old = held.get(open_time)
            if old is None:
                held[open_time] = StoredBar(numbers, source, written_at)
                inserted.append(open_time)
            elif old.numbers != numbers:
                held[open_time] = StoredBar(numbers, source, written_at, written_at)
                corrected.append(open_time)
        unchanged = len(series) - len(inserted) - len(corrected)
        return WriteResult(tuple(inserted), tuple(corrected), unchanged)

    def restore(self, series: CandleSeries, changes: Sequence[Change]) -> None:
        """Write bars as another store holds them, replacing what is here."""
        check_writable(series)
        for (open_time, numbers), change in zip(_rows(series), changes, strict=True):
            at = change.written_at
            bar = StoredBar(
                numbers, change.source, at, at if change.corrected else None
            )
            self.bars.setdefault(series.symbol, {})[open_time] = bar

    def read(
        self, symbol: str, interval_seconds: int, start: datetime, end: datetime
    ) -> CandleSeries:
        """Return the bars that open in [start, end), aggregated to the interval."""
        low, high = to_seconds(start), to_seconds(end)
        held = self.bars.get(symbol, {})
        times = sorted(t for t in held if low <= t < high)
        columns = np.array([held[t].numbers for t in times]).reshape(-1, 5)
        series = CandleSeries(
            symbol, MINUTE_SECONDS, np.array(times, np.int64), *_split(columns)
        )
        return aggregate(series, interval_seconds)

    def symbols(self) -> list[str]:
        """Return the symbols that have bars, sorted."""
        return sorted(self.bars)

    def first(self, symbol: str) -> datetime | None:
        """Return the open time of the oldest bar, None when there is none."""
        held = self.bars.get(symbol)
        return to_datetime(min(held)) if held else None

    def last(self, symbol: str) -> datetime | None:
        """Return the open time of the newest bar, None when there is none."""
        held = self.bars.get(symbol)
        return to_datetime(max(held)) if held else None

    def gaps(self, symbol: str, start: datetime, end: datetime) -> list[Gap]:
        """Return what is missing in [start, end), oldest first."""
        present = np.array(list(self.bars.get(symbol, {})), np.int64)
        holes = self.holes.get(symbol, {})
        return find_gaps(present, [(s, e) for s, (e, _) in holes.items()], start, end)

    def record_venue_holes(
        self,
        symbol: str,
        holes: Sequence[tuple[datetime, datetime]],
        *,
        checked_at: datetime,
    ) -> None:
        """Remember spans [start, end) where the venue has no bars."""
        known = self.holes.setdefault(symbol, {})
        for start, end in holes:
            longest = max(end, known[start][0]) if start in known else end
            known[start] = (longest, checked_at)

    def venue_holes(self, symbol: str, *, checked_before: datetime) -> list[Gap]:
        """Return recorded holes last checked before a time, oldest first."""
        known = sorted(self.holes.get(symbol, {}).items())
        return [Gap(s, e, True) for s, (e, at) in known if at < checked_before]

    def checked_holes(self, symbol: str) -> list[CheckedHole]:
        """Return all recorded holes, oldest first."""
        known = sorted(self.holes.get(symbol, {}).items())
        return [CheckedHole(start, end, at) for start, (end, at) in known]

    def corrected_since(self, symbol: str, since: datetime) -> list[datetime]:
        """Return open times of bars whose numbers changed at or after `since`."""
        held = sorted(self.bars.get(symbol, {}).items())
        return [
            to_datetime(t)
            for t, bar in held
            if bar.corrected_at is not None and bar.corrected_at >= since
        ]

    def changes(self, symbol: str, start: datetime, end: datetime) -> list[Change]:
        """Return how the bars that open in [start, end) came to be, oldest first."""
        low, high = to_seconds(start), to_seconds(end)
        held = sorted(self.bars.get(symbol, {}).items())
        return [
            Change(to_datetime(t), b.source, b.written_at, b.corrected_at is not None)
            for t, b in held
            if low <= t < high
        ]

    def write_instruments(self, instruments: Sequence[Instrument]) -> None:
        """Remember the increments of symbols, replacing what was known."""
        self.instruments.update({i.symbol: i for i in instruments})

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the increments of a symbol, None when never written."""
        return self.instruments.get(symbol)

    def kept_since(self) -> datetime | None:
        """Return None: all bars are kept."""
        return None

    def close(self) -> None:
        """Do nothing: the bars stay until the object goes."""


def _rows(series: CandleSeries) -> list[tuple[int, _Numbers]]:
    columns = [
        [round(x, MAX_DECIMALS) for x in column.tolist()]
        for column in (
            series.opens, series.highs, series.lows, series.closes, series.volumes
        )
    ]  # fmt: skip
    numbers = zip(*columns, strict=True)
    return [
        (t, (o, h, low, c, v))
        for t, (o, h, low, c, v) in zip(
            series.open_times.tolist(), numbers, strict=True
        )
    ]


def _split(columns: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    opens, highs, lows, closes, volumes = np.ascontiguousarray(columns.T)
    return opens, highs, lows, closes, volumes
