"""Which minutes are missing, and whose fault that is."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np

from tradestream.candle_store.port import Gap
from tradestream.candles import MINUTE_SECONDS, Seconds, to_datetime, to_seconds

_PRESENT, _OURS, _VENUES = 0, 1, 2


def minutes_between(start: datetime, end: datetime) -> int:
    """Return how many whole minutes open in [start, end)."""
    low, high = (-(-to_seconds(at) // MINUTE_SECONDS) for at in (start, end))
    return max(0, high - low)


def find_gaps(
    present: Seconds,
    holes: Iterable[tuple[datetime, datetime]],
    start: datetime,
    end: datetime,
) -> list[Gap]:
    """Return the minutes of [start, end) that are not `present`, as spans.

    Args:
        present: Open times of stored bars, seconds since 1970, any order.
        holes: Spans [start, end) in which the venue itself has no bars.
        start: First minute that counts; rounded up to a whole minute.
        end: End of what counts; a minute that opens there does not.

    Returns:
        Oldest first; neighbouring minutes with the same `at_venue` are one gap.
    """
    first = -(-to_seconds(start) // MINUTE_SECONDS)
    count = minutes_between(start, end)
    if count == 0:
        return []
    state = np.full(count, _OURS, np.int8)
    for hole_start, hole_end in holes:
        low, high = (
            to_seconds(t) // MINUTE_SECONDS - first for t in (hole_start, hole_end)
        )
        state[max(low, 0) : max(high, 0)] = _VENUES
    minutes = present // MINUTE_SECONDS - first
    state[minutes[(minutes >= 0) & (minutes < count)]] = _PRESENT
    starts = np.flatnonzero(np.diff(state, prepend=np.int8(-1)))
    ends = np.append(starts[1:], count)
    return [
        Gap(
            start=to_datetime((first + int(low)) * MINUTE_SECONDS),
            end=to_datetime((first + int(high)) * MINUTE_SECONDS),
            at_venue=bool(state[low] == _VENUES),
        )
        for low, high in zip(starts, ends, strict=True)
        if state[low] != _PRESENT
    ]
