"""Bring closed one-minute bars from a venue to the candle store, once.

Newest bars first; then gaps and the backfill, within the run's budget. Safe to
rerun: bars are kept by symbol and minute.

Exit status: 0 done, 1 bad flags or a bug, 75 a dependency was unavailable.
"""

import time
from collections.abc import Sequence

from absl import flags

from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.clock import Clock
from tradestream.runtime.connections import offer_question
from tradestream.runtime.durations import define_history_start, history_start
from tradestream.runtime.numbers import define_number
from tradestream.runtime.symbols import define_symbols
from tradestream.runtime.urls import define_http_url
from tradestream.venues.factory import VENUES, open_venue
from tradestream.venues.port import Venue

_CANDLES = shared.define_candles()
_BUS = shared.define_bus()
_REDIS = shared.define_redis()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
shared.define_tracing()
_VENUE = flags.DEFINE_enum("venue", "coinbase", VENUES, "Whom to ask.")
_URL = define_http_url(
    "coinbase_rest_url", "https://api.exchange.coinbase.com", "Base URL of Coinbase."
)
_RATE = define_number(
    "requests_per_second", 8.0, "Rate to keep to; 0: no limit.", lower_bound=0.0
)
_BUDGET = define_number(
    "run_budget", 45.0, "Seconds for gaps and backfill in a run.", lower_bound=1.0
)
_START = define_history_start(
    "backfill_start", "365d", "Where histories begin: days ago, e.g. 365d, or ISO time."
)
_SYMBOLS = define_symbols(
    "Symbols to read, e.g. BTC-USD,ETH-USD; default: those in Redis."
)


def _venue(clock: Clock) -> Venue:
    return open_venue(
        _VENUE.value,
        coinbase_rest_url=_URL.value,
        requests_per_second=_RATE.value,
        give_up_after_seconds=_BUDGET.value,
        now=clock.now,
    )


offer_question("venue", lambda: _venue(_CLOCK.clock()).products())


def main(argv: Sequence[str]) -> None:
    """Run once."""
    del argv
    from services.candle_ingestor.meters import METERS
    from services.candle_ingestor.report import report
    from services.candle_ingestor.start import Connections, run_once
    from tradestream.runtime.shutdown import Shutdown

    shutdown = Shutdown()
    began, clock = time.monotonic(), _CLOCK.clock()
    now = clock.now()
    tally = run_once(
        _venue(clock),
        Connections(_CANDLES.open, _BUS.open, _REDIS.connect),
        symbols=_SYMBOLS.value,
        now=now,
        backfill_start=history_start(_START.value, now),
        stop=lambda: shutdown.requested or time.monotonic() - began > _BUDGET.value,
    )
    report(tally, _METRICS.room(METERS), now, time.monotonic() - began)


if __name__ == "__main__":
    run(main)
