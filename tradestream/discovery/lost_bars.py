"""Which missing minutes are worth waiting for.

A venue may serve a bar that breaks its own promises, for ever. Then the minute
is neither ours nor the venue's hole, and everything that waits for it would
wait for ever. After some days a short gap is taken for lost.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tradestream.candle_store.port import Gap

LOST_AFTER = timedelta(days=3)
LOST_AT_MOST = timedelta(minutes=10)
"""Longer gaps are history that is still being fetched, or an outage of ours."""


def waited_for(gaps: Iterable[Gap], now: datetime) -> list[Gap]:
    """Return the gaps that are ours to fill and not lost.

    Args:
        gaps: What the store misses.
        now: The time of the run.
    """
    return [
        gap
        for gap in gaps
        if not gap.at_venue
        and not (gap.end - gap.start <= LOST_AT_MOST and now - gap.end >= LOST_AFTER)
    ]
