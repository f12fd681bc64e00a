"""Asking a venue for a span, page by page, newest first.

Knows what a page without bars means: the venue was silent, or has nothing that
old. One request for daily bars tells how far the silence goes, so that a year
before a coin was listed costs two requests and not 1,752.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from services.candle_ingestor.spans import MINUTE, Span, absent, merge
from tradestream.candles import CandleSeries
from tradestream.errors import UnavailableError
from tradestream.venues.port import Venue

SETTLE = timedelta(minutes=3)
"""A minute this young that the venue does not show may still come."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a few requests brought.

    Attributes:
        series: Bars, oldest first.
        holes: Spans in which the venue has no bars.
        rejected: Bars that could not be used, by reason.
        left: What was not asked for yet; None when the span is done.
        error: Why the requests ended early, if they failed.
    """

    series: CandleSeries
    holes: tuple[Span, ...]
    rejected: Mapping[str, int]
    left: Span | None
    error: UnavailableError | None = None

    @classmethod
    def nothing(cls, symbol: str) -> "Fetched":
        """Return what no request brought."""
        return cls(CandleSeries.empty(symbol), (), {}, None)

    def then(self, later: "Fetched") -> "Fetched":
        """Return this and what was fetched of a later span."""
        return Fetched(
            _joined(later.series.symbol, [self.series, later.series]),
            (*self.holes, *later.holes),
            dict(Counter(self.rejected) + Counter(later.rejected)),
            later.left,
            later.error,
        )


@dataclass(slots=True)
class _Walk:
    """A walk backwards through a span; `cursor` is the end of what is left."""

    venue: Venue
    symbol: str
    span: Span
    now: datetime
    cursor: datetime
    parts: list[CandleSeries] = field(default_factory=list)
    holes: list[Span] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    silent: bool = False

    def step(self) -> None:
        """Make one request, and move the cursor."""
        if self.silent and self.cursor == _day_of(self.cursor):
            self._look_for_a_day()
        else:
            self._read_page()

    def _read_page(self) -> None:
        start = max(self.span.start, self.cursor - self.venue.page_minutes * MINUTE)
        if self.silent:
            start = max(start, _day_of(self.cursor - MINUTE))
        page = self.venue.candles(self.symbol, start, self.cursor)
        self.rejected.update(page.rejected)
        if not page.rejected:
            settled = min(self.cursor, self.now - SETTLE)
            self.holes += absent(page.series.open_times, start, settled)
        self.parts.append(page.series)
        self.silent = not len(page.series) and not page.rejected
        self.cursor = start

    def _look_for_a_day(self) -> None:
        first_day = _day_of(self.span.start)
        days = self.venue.days_with_bars(self.symbol, first_day, self.cursor)
        asked_from = max(first_day, self.cursor - self.venue.page_minutes * _DAY)
        until = days[-1] + _DAY if days else asked_from
        until = max(until, self.span.start)
        if until < self.cursor:
            self.holes.append(Span(until, self.cursor))
        self.cursor = until
        self.silent = not days


def fetch(
    venue: Venue,
    symbol: str,
    span: Span,
    *,
    now: datetime,
    max_requests: int,
    stop: Callable[[], bool],
) -> Fetched:
    """Return what the venue has of the newest part of a span.

    Args:
        venue: Whom to ask.
        symbol: Such as `BTC-USD`.
        span: What to ask for.
        now: Minutes younger than `SETTLE` are not called holes.
        max_requests: After so many the rest is left for the next call.
        stop: Asked between requests; True leaves the rest too.

    Raises:
        UnknownSymbolError: If the venue does not trade the symbol.
    """
    walk = _Walk(venue, symbol, span, now, span.end)
    error: UnavailableError | None = None
    for number in range(max_requests):
        if walk.cursor <= span.start or (number and stop()):
            break
        try:
            walk.step()
        except UnavailableError as failure:
            error = failure
            break
    left = Span(span.start, walk.cursor) if walk.cursor > span.start else None
    holes = tuple(merge(walk.holes))
    series = _joined(symbol, walk.parts[::-1])
    return Fetched(series, holes, dict(walk.rejected), left, error)


def _joined(symbol: str, parts: list[CandleSeries]) -> CandleSeries:
    if not parts:
        return CandleSeries.empty(symbol)
    return CandleSeries(
        symbol,
        parts[0].interval_seconds,
        np.concatenate([p.open_times for p in parts]),
        np.concatenate([p.opens for p in parts]),
        np.concatenate([p.highs for p in parts]),
        np.concatenate([p.lows for p in parts]),
        np.concatenate([p.closes for p in parts]),
        np.concatenate([p.volumes for p in parts]),
    )


def _day_of(at: datetime) -> datetime:
    return at.replace(hour=0, minute=0, second=0, microsecond=0)
