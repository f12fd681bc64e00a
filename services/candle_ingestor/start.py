"""A run with real connections: each thread has its own store and bus."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime

from services.candle_ingestor.ingest import Ingestor, Settings
from services.candle_ingestor.run import ingest
from services.candle_ingestor.tally import Tally
from services.candle_ingestor.watermarks import RedisWatermarks, read_symbols
from tradestream.bus.port import Bus
from tradestream.candle_store.port import CandleStore
from tradestream.errors import ConfigurationError
from tradestream.redis import Redis
from tradestream.venues.port import Venue


@dataclass(frozen=True, slots=True)
class Connections:
    """What opens the systems that the room stands on."""

    store: Callable[[], CandleStore]
    bus: Callable[[], Bus]
    redis: Callable[[], Redis]


def run_once(
    venue: Venue,
    connections: Connections,
    *,
    symbols: Sequence[str],
    now: datetime,
    backfill_start: datetime,
    stop: Callable[[], bool],
) -> Tally:
    """Bring the bars of every symbol; return what was done.

    Args:
        venue: Whom to ask.
        connections: Opens store, bus, and shared state.
        symbols: What to read; empty: what Redis lists.
        now: The time of the run.
        backfill_start: Where the history of every symbol begins.
        stop: Says whether the time for older bars is used up.

    Raises:
        UnavailableError: If a dependency did not answer.
        ConfigurationError: If the venue trades none of the named symbols.
    """
    redis = connections.redis()
    tally = Tally()
    settings = Settings(now, backfill_start, stop)
    try:
        wanted = list(dict.fromkeys(symbols)) or read_symbols(redis, now)

        def make(cleanup: ExitStack) -> Ingestor:
            store = cleanup.enter_context(closing(connections.store()))
            bus = cleanup.enter_context(closing(connections.bus()))
            watermarks = RedisWatermarks(redis)
            return Ingestor(venue, store, bus, watermarks, settings, tally)

        ingest(make, wanted, tally, stop)
        if symbols and tally.unknown.issuperset(symbols):
            raise ConfigurationError(
                f"a symbol that {venue.name} trades is required,"
                f" was {', '.join(sorted(tally.unknown))}"
            )
    finally:
        redis.close()
    return tally
