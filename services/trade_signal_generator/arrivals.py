"""Waiting for the newest bar, so that a signal need not be a minute late."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.trade_signal_generator.settings import MINUTE

POLL_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, and with which clock.

    Attributes:
        seconds: At most this long, for all symbols together.
        monotonic: Seconds that only grow.
        sleep: Waits for some seconds.
    """

    seconds: float
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]


def arrivals(
    symbols: Iterable[str],
    last: Callable[[str], datetime | None],
    *,
    now: datetime,
    max_age: timedelta,
    patience: Patience,
) -> Iterator[str]:
    """Yield each symbol once: as soon as its newest bar is there, or time is up.

    A symbol whose newest bar is older than `max_age` is not waited for: its feed
    stands still, and others need not be late for it.

    Args:
        symbols: What is waited for.
        last: Open time of the newest bar of a symbol.
        now: When the run began.
        max_age: See above.
        patience: How long to wait.
    """
    wanted = now.replace(second=0, microsecond=0) - MINUTE
    end = patience.monotonic() + patience.seconds
    waiting = sorted(symbols)
    while waiting:
        late = []
        for symbol in waiting:
            newest = last(symbol)
            if newest is None or newest >= wanted or wanted - newest > max_age:
                yield symbol
            else:
                late.append(symbol)
        waiting = late
        left = end - patience.monotonic()
        if left <= 0:
            break
        if waiting:
            patience.sleep(min(POLL_SECONDS, left))
    yield from waiting
