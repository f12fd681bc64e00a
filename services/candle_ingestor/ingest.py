"""One run: the newest bars of every symbol first, then what is older.

A symbol's newest page is written, announced, and only then does its watermark
move; older bars are written alone. So a run that is killed anywhere is made
good by the next: what is stored is not fetched again, and what was stored but
not announced is.
"""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.candle_ingestor.announce import announcement
from services.candle_ingestor.fetch import Fetched, fetch
from services.candle_ingestor.spans import (
    ANNOUNCED,
    MINUTE,
    Span,
    covered,
    merge,
    plan,
    runs,
)
from services.candle_ingestor.tally import Tally
from services.candle_ingestor.watermarks import Watermarks
from tradestream.bus.port import Bus
from tradestream.bus.topics import CANDLES
from tradestream.candle_store.port import CandleStore, Change, WriteResult
from tradestream.candles import to_datetime
from tradestream.runtime.failpoints import failpoint
from tradestream.venues.port import Venue

OLDER_REQUESTS = 8
"""Pages of one symbol before another has its turn, and bars are written."""

LOOKED_AT_EACH_RUN = timedelta(days=31)
"""Behind a complete history, older gaps are looked for once an hour."""

RECHECK_AFTER = timedelta(days=1)
RECHECKED = timedelta(days=2)
"""Holes of the venue this young are asked for again once a day: it may fill them."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is told.

    Attributes:
        now: The time of the run.
        backfill_start: Where the history of every symbol begins.
        stop: Asked between requests for older bars: is the budget used up?
    """

    now: datetime
    backfill_start: datetime
    stop: Callable[[], bool]

    @property
    def end(self) -> datetime:
        """Open time after the newest closed bar."""
        return self.now.replace(second=0, microsecond=0)

    @property
    def start(self) -> datetime:
        """Open time of the first bar of the history."""
        return self.backfill_start.replace(second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class Ingestor:
    """Brings bars from a venue to a store; one thread at a time may use it.

    Attributes:
        venue: Whom to ask; shared by all threads.
        store: Where bars are kept; this thread's own.
        bus: Where the newest are announced; this thread's own.
        watermarks: Until when each symbol's bars are announced.
        settings: What the run is told.
        tally: What the run did; shared by all threads.
    """

    venue: Venue
    store: CandleStore
    bus: Bus
    watermarks: Watermarks
    settings: Settings
    tally: Tally

    def newest(self, symbol: str) -> list[Span]:
        """Write and announce the newest bars; return what is older, newest first.

        Raises:
            UnavailableError: If the venue, the store, or the bus did not answer.
            UnknownSymbolError: If the venue does not trade the symbol.
        """
        told = self.settings
        last = self.store.last(symbol)
        if last is not None:
            self.tally.stored(symbol, last)
        start = self._look_from(symbol)
        gaps = self.store.gaps(symbol, start, told.end)
        own = [Span(gap.start, gap.end) for gap in gaps if not gap.at_venue]
        asked = plan(
            last,
            own,
            start=told.start,
            end=told.end,
            page_minutes=self.venue.page_minutes,
        )
        # In one write: once the newest are stored nobody would read the last
        # bars before them again.
        fetched = Fetched.nothing(symbol)
        for span in (asked.reread, asked.recent):
            if span is not None and fetched.error is None:
                fetched = fetched.then(self._fetch(symbol, span, requests=1))
        if fetched.error is not None:
            raise fetched.error
        self._announce(symbol, self._write(symbol, fetched))
        if len(fetched.series):
            self.tally.stored(symbol, to_datetime(fetched.series.open_times[-1]))
        closed = [Span(gap.start, gap.end) for gap in gaps if gap.at_venue]
        return [*asked.older, *self._due_for_recheck(symbol, closed)]

    def _look_from(self, symbol: str) -> datetime:
        """Return from where on gaps are looked for, in this run.

        A year of minutes takes long to look through, and bars do not vanish:
        mostly it is enough to see that the history begins where it should.
        """
        told = self.settings
        recent = told.end - LOOKED_AT_EACH_RUN
        first = self.store.first(symbol)
        its_turn = zlib.crc32(symbol.encode()) % 60 == told.now.minute
        if first is None or its_turn or recent <= told.start:
            return told.start
        before = self.store.gaps(symbol, told.start, min(first, recent))
        return recent if all(gap.at_venue for gap in before) else told.start

    def older(self, symbol: str, spans: Sequence[Span]) -> list[Span]:
        """Write a few pages of older bars; return what is left, newest first.

        Raises:
            UnavailableError: If the venue or the store did not answer; what was
                fetched before is written.
        """
        span, *rest = spans
        fetched = self._fetch(symbol, span, requests=OLDER_REQUESTS)
        self._write(symbol, fetched)
        if fetched.error is not None:
            raise fetched.error
        return rest if fetched.left is None else [fetched.left, *rest]

    def _fetch(self, symbol: str, span: Span, *, requests: int) -> Fetched:
        return fetch(
            self.venue,
            symbol,
            span,
            now=self.settings.now,
            max_requests=requests,
            stop=self.settings.stop,
        )

    def _write(self, symbol: str, fetched: Fetched) -> WriteResult:
        now = self.settings.now
        written = self.store.write(
            fetched.series, source=self.venue.name, written_at=now
        )
        failpoint("candle_ingestor.bars_written")
        if fetched.holes:
            holes = [(hole.start, hole.end) for hole in merge(fetched.holes)]
            self.store.record_venue_holes(symbol, holes, checked_at=now)
            failpoint("candle_ingestor.holes_recorded")
        self.tally.wrote(written, fetched)
        return written

    def _announce(self, symbol: str, written: WriteResult) -> None:
        """Publish what closed or was corrected within the last hour, once.

        What this run changed is known; what an earlier run stored and did not
        live to announce was written after the symbol's watermark.
        """
        told = self.settings
        since = told.end - ANNOUNCED
        changes = self._corrected_before(symbol, since)
        changes += self.store.changes(symbol, since, told.end)
        watermark = self.watermarks.read(symbol)
        mine = {to_datetime(at) for at in (*written.inserted, *written.corrected)}
        fresh = [
            change
            for change in changes
            if change.open_time in mine
            or watermark is None
            or change.written_at > watermark
        ]
        if not fresh:
            return
        series = self.store.read(symbol, 60, fresh[0].open_time, told.end)
        self.bus.publish(CANDLES, announcement(series, fresh))
        failpoint("candle_ingestor.candles_published")
        self.watermarks.write(symbol, max(change.written_at for change in fresh))
        self.tally.announced(len(fresh))

    def _corrected_before(self, symbol: str, before: datetime) -> list[Change]:
        """Return how bars that are older became right within the last hour."""
        since = self.settings.now - ANNOUNCED
        return [
            change
            for at in self.store.corrected_since(symbol, since)
            if at < before
            for change in self.store.changes(symbol, at, at + MINUTE)
        ]

    def _due_for_recheck(self, symbol: str, closed: Sequence[Span]) -> list[Span]:
        """Return young minutes without a bar that nobody asked for since a day ago.

        Args:
            symbol: Whose holes.
            closed: What is absent and held for a hole of the venue.
        """
        told = self.settings
        since = max(told.end - RECHECKED, told.start)
        if not any(span.end > since for span in closed):
            return []
        before = told.now - RECHECK_AFTER
        old = self.store.venue_holes(symbol, checked_before=before)
        # A hole that was filled in part is recorded anew in pieces; those count.
        known = self.store.venue_holes(symbol, checked_before=told.now + MINUTE)
        fresh = set(known) - set(old)
        due, absent, asked = (
            covered([Span(s.start, s.end) for s in spans], since, told.end)
            for spans in (old, closed, fresh)
        )
        return runs(due & absent & ~asked, since)[::-1]
