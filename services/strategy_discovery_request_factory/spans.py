"""Which spans of bars are due to be searched.

Pure: no I/O, no clock, no flags.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tradestream.candle_store.port import Gap
from tradestream.discovery.lost_bars import waited_for

MINUTE = timedelta(minutes=1)
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class Due:
    """A span that was not asked for yet.

    Attributes:
        symbol: Trading pair, e.g. `BTC-USD`.
        window_minutes: Length of the span.
        start: First bar, inclusive.
        end: End, exclusive.
        asked_until: End of the span asked for last, None when there is none.
    """

    symbol: str
    window_minutes: int
    start: datetime
    end: datetime
    asked_until: datetime | None


def due(
    symbol: str,
    windows: Sequence[int],
    asked_until: Sequence[datetime | None],
    *,
    closed_until: datetime,
    min_advance: float,
) -> list[Due]:
    """Return the newest span of each window that is past what was asked.

    The end is floored to a multiple, counted from 1970, of `min_advance` of
    the window, so that a window is searched again only after it has moved by
    that much, and so that a rerun names the same spans.

    Args:
        symbol: Trading pair.
        windows: Lengths in minutes.
        asked_until: For each window the end that was asked for last.
        closed_until: End of the newest stored bar.
        min_advance: Share of a window, such as 0.01; at least a minute.
    """
    found = []
    for window, watermark in zip(windows, asked_until, strict=True):
        step = MINUTE * max(1, round(window * min_advance))
        end = closed_until - (closed_until - _EPOCH) % step
        if watermark is None or end > watermark:
            found.append(Due(symbol, window, end - MINUTE * window, end, watermark))
    return found


def held(span: Due, gaps: Sequence[Gap], *, max_missing: float, now: datetime) -> bool:
    """Tell whether the store holds a span: all that the venue has, and enough.

    Args:
        span: What is asked about.
        gaps: What the store misses, at least inside the span.
        max_missing: Largest share of bars that the venue itself may lack, or that
            are lost.
        now: The time of the run.
    """
    lacking = timedelta(0)
    awaited = waited_for(gaps, now)
    for gap in gaps:
        overlap = min(gap.end, span.end) - max(gap.start, span.start)
        if overlap <= timedelta(0):
            continue
        if gap in awaited:
            return False
        lacking += overlap
    return lacking <= max_missing * MINUTE * span.window_minutes


def most_neglected_first(spans: Iterable[Due]) -> list[Due]:
    """Return spans in the order to ask: never asked, then oldest, then shortest.

    So no symbol starves when the run must stop early.
    """
    return sorted(
        spans, key=lambda span: (span.asked_until or _EPOCH, span.window_minutes)
    )
