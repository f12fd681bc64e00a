"""Opens the venue that a flag names."""

import time
from collections.abc import Callable
from datetime import datetime

from tradestream.errors import ConfigurationError
from tradestream.venues.port import Venue

VENUES = ("coinbase",)


def open_venue(
    name: str,
    *,
    coinbase_rest_url: str,
    requests_per_second: float,
    give_up_after_seconds: float,
    now: Callable[[], datetime],
) -> Venue:
    """Return a venue; no connection is made before the first request.

    Args:
        name: One of `VENUES`.
        coinbase_rest_url: Base URL of Coinbase Exchange's REST API.
        requests_per_second: Rate that all threads together keep to; 0: no limit.
        give_up_after_seconds: From now on; no request waits beyond it.
        now: Says what time it is.

    Raises:
        ConfigurationError: If the name is unknown.
    """
    if name != "coinbase":
        raise ConfigurationError(f"a venue among {VENUES} is required, was {name!r}")
    from tradestream.venues.coinbase import CoinbaseVenue
    from tradestream.venues.http_client import HttpClient
    from tradestream.venues.pacing import Pacer

    pacer = Pacer(
        requests_per_second, give_up_at=time.monotonic() + give_up_after_seconds
    )
    return CoinbaseVenue(HttpClient(coinbase_rest_url, pacer), now)
