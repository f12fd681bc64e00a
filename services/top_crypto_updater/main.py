"""Refresh the traded symbols in Redis from CoinMarketCap, once.

Safe to rerun: a run replaces the whole list or leaves it alone.

Exit status: 0 done, 1 bad flags, a refused key, or an empty ranking, 75 a
dependency was unavailable.
"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from absl import flags

from tradestream.runtime import flags as shared
from tradestream.runtime.app import run
from tradestream.runtime.connections import offer_question
from tradestream.runtime.durations import define_duration, parse_duration
from tradestream.runtime.urls import define_http_url

if TYPE_CHECKING:
    from services.top_crypto_updater.coinmarketcap import CoinMarketCap

_ROOM = "top_crypto_updater"
_REDIS = shared.define_redis()
_CLOCK = shared.define_clock()
_METRICS = shared.define_metrics()
shared.define_tracing()
_KEY = shared.define_secret(
    "coinmarketcap_key_file", "File that holds the API key.", required=True
)
_URL = define_http_url(
    "coinmarketcap_url", "https://pro-api.coinmarketcap.com", "Base URL of the ranking."
)
_LIMIT = flags.DEFINE_integer("limit", 20, "How many symbols to trade.", lower_bound=1)
_DEPTH = flags.DEFINE_integer(
    "depth", 200, "Rows of the ranking to read.", lower_bound=1, upper_bound=5000
)
_EXCLUDE = flags.DEFINE_list("exclude", [], "Tickers never traded, e.g. WBTC,STETH.")
_KEEP_FOR = define_duration(
    "keep_for", "7d", "How long a symbol that leaves the list is still ingested."
)


def _ranking(depth: int) -> "CoinMarketCap":
    from services.top_crypto_updater.coinmarketcap import CoinMarketCap

    return CoinMarketCap(_URL.value, _KEY.read() or "", depth=depth)


offer_question("coinmarketcap", lambda: _ranking(1).fetch())


def main(argv: Sequence[str]) -> None:
    """Run once."""
    del argv
    from services.top_crypto_updater.meters import METERS
    from services.top_crypto_updater.symbols import RedisSymbols
    from services.top_crypto_updater.update import update
    from tradestream.runtime.logs import get_logger

    started, now = time.monotonic(), _CLOCK.now()
    change = update(
        _ranking(_DEPTH.value),
        RedisSymbols(_REDIS.connect()),
        limit=_LIMIT.value,
        exclude=frozenset(_EXCLUDE.value),
        keep_for=parse_duration(_KEEP_FOR.value),
        now=now,
    )
    seconds = time.monotonic() - started
    metrics = _METRICS.room(METERS)
    metrics.gauge("symbols").set(len(change.symbols))
    changed = metrics.counter("changed_symbols_total")
    changed.inc(len(change.added), change="added")
    changed.inc(len(change.removed), change="removed")
    metrics.finish(now, seconds)
    get_logger(_ROOM).info(
        "update finished",
        symbols=len(change.symbols),
        added=list(change.added),
        removed=list(change.removed),
        seconds=round(seconds, 3),
    )


if __name__ == "__main__":
    run(main)
