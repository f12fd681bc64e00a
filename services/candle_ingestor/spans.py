"""Spans of minutes, and what a run asks the venue for, newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from tradestream.candles import MINUTE_SECONDS, Seconds, to_seconds

Mask = NDArray[np.bool_]
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
            in one step.
        reread: The last stored bars, when we were away for longer than a page.
        older: The rest, newest first.
    """

    recent: Span
    reread: Span | None
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
    return Plan(
        Span(min(recent_start, end), end),
        _reread(last, own_gaps, max(reread, start), recent_start),
        tuple(reversed(merge(older))),
    )


def _reread(
    last: datetime | None, own_gaps: Sequence[Span], start: datetime, end: datetime
) -> Span | None:
    """Return the last stored bars as far as they lie before the recent page.

    Only if what follows them is ours to fetch: a venue that has been silent
    since is not asked for the same bars every minute.
    """
    if last is None or not any(gap.start == last + MINUTE for gap in own_gaps):
        return None
    until = min(last + MINUTE, end)
    return Span(start, until) if start < until else None


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return spans sorted, those that overlap or touch as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def absent(present: Seconds, start: datetime, end: datetime) -> list[Span]:
    """Return the minutes of [start, end) that are not among open times `present`."""
    mask = covered((), start, end)
    minutes = (present - to_seconds(start)) // MINUTE_SECONDS
    mask[minutes[(minutes >= 0) & (minutes < len(mask))]] = True
    return runs(~mask, start)


def covered(spans: Iterable[Span], start: datetime, end: datetime) -> Mask:
    """Return for each minute of [start, end) whether any of the spans holds it."""
    mask = np.zeros(max(int((end - start) / MINUTE), 0), np.bool_)
    for span in spans:
        low, high = (int((at - start) / MINUTE) for at in (span.start, span.end))
        mask[max(low, 0) : max(high, 0)] = True
    return mask


def runs(mask: Mask, start: datetime) -> list[Span]:
    """Return the spans of minutes that are true, the first minute being `start`."""
    edges = np.flatnonzero(np.diff(mask, prepend=False, append=False))
    at = [start + int(edge) * MINUTE for edge in edges]
    return [Span(low, high) for low, high in zip(at[::2], at[1::2], strict=True)]
