"""Which spans saw candles that were corrected since, and are asked for again.

The request is the same, so its id is; the worker reads the new candles, and the
consumer puts what it finds in the place of what the scorer has marked stale.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from services.strategy_discovery_request_factory.spans import MINUTE, Due
from tradestream.candle_store.port import CandleStore

SETTLING = timedelta(minutes=15)
"""A correction shows when the run that wrote it commits, ten minutes after its
start at most, and is marked by the scorer's next run: then it is asked again."""


def corrections_field(symbol: str) -> str:
    """Return the name of the watermark of a symbol's corrections."""
    return f"{symbol}/corrections"


def corrected(
    store: CandleStore, symbol: str, since: datetime, until: datetime
) -> list[datetime]:
    """Return the bars whose last correction was written in [since, until)."""
    later = set(store.corrected_since(symbol, until))
    return [at for at in store.corrected_since(symbol, since) if at not in later]


def touched(
    symbol: str,
    windows: Sequence[int],
    asked_until: Sequence[datetime | None],
    bars: Sequence[datetime],
) -> list[Due]:
    """Return the spans asked for last that hold one of `bars`.

    Args:
        symbol: Trading pair.
        windows: Lengths in minutes.
        asked_until: For each, the end of the span that was asked for last.
        bars: Open times of corrected bars.
    """
    found = []
    for window, end in zip(windows, asked_until, strict=True):
        if end is None:
            continue
        start = end - MINUTE * window
        if any(start <= bar < end for bar in bars):
            found.append(Due(symbol, window, start, end, end))
    return found
