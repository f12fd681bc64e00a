"""Spans of minutes, and what a run asks the venue for, newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from tradestream.candles import MINUTE_SECONDS, Seconds, to_datetime, to_seconds

MINUTE = timedelta(minutes=1)
REREAD_BARS = 3
"""The last closed bars are read again: a venue may still correct them."""

ANNOUNCED = timedelta(hours=1)
"""Bars that closed within this time go to the topic `candles`."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes [start, end); both are whole minutes."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run asks about one symbol.

    Attributes:
        recent: One page that ends with the newest closed bar. It holds every
            own gap of the last hour, so that whatever is announced is written
            in this one step.
        older: The rest, newest first.
    """

    recent: Span
    older: tuple[Span, ...]


def plan(
    last: datetime | None,
    own_gaps: Sequence[Span],
    *,
    start: datetime,
    end: datetime,
    page_minutes: int,
) -> Plan:
    """Return what to ask for.

    Args:
        last: Open time of the newest stored bar, None when there is none.
        own_gaps: What the store misses in [start, end), oldest first.
        start: Start of the backfill.
        end: Open time after the newest closed bar.
        page_minutes: Minutes that one request may span.
    """
    page_start = max(end - page_minutes * MINUTE, start)
    reread = page_start if last is None else last - (REREAD_BARS - 1) * MINUTE
    young = [max(g.start, end - ANNOUNCED) for g in own_gaps if g.end > end - ANNOUNCED]
    recent_start = max(min([reread, *young]), page_start)
    older = [
        Span(gap.start, min(gap.end, recent_start))
        for gap in own_gaps
        if gap.start < recent_start
    ]
    # Bars to read again that lie before the page: after a pause of the venue.
    if reread < recent_start:
        older.append(Span(max(reread, start), recent_start))
    return Plan(Span(recent_start, end), tuple(reversed(merge(older))))


def merge(spans: Iterable[Span], *, within: timedelta = timedelta(0)) -> list[Span]:
    """Return spans sorted, those that overlap or lie `within` each other as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end + within:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def absent(present: Seconds, start: datetime, end: datetime) -> list[Span]:
    """Return the minutes of [start, end) that are not among open times `present`."""
    if end <= start:
        return []
    first = to_seconds(start) // MINUTE_SECONDS
    missing = np.ones(to_seconds(end) // MINUTE_SECONDS - first, np.bool_)
    minutes = present // MINUTE_SECONDS - first
    missing[minutes[(minutes >= 0) & (minutes < len(missing))]] = False
    edges = np.flatnonzero(np.diff(missing, prepend=False, append=False))
    at = [to_datetime((first + int(edge)) * MINUTE_SECONDS) for edge in edges]
    return [Span(low, high) for low, high in zip(at[::2], at[1::2], strict=True)]
