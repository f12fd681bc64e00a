"""A small venue for tests: the served markets, at a time that does not move."""

from datetime import UTC, date, datetime

from services.exchange_simulator.market import Market
from services.exchange_simulator.venue import Venue, open_venue

ORIGIN = date(2026, 1, 1)
NOW = datetime(2026, 2, 1, 12, 34, 30, tzinfo=UTC)
SECONDS = NOW.timestamp()
MINUTE = int(SECONDS) // 60 * 60
"""When the minute that is open at `NOW` began."""

QUIET = "GARCH7-USD"


def venue(*, seed: int = 1, origin: date = ORIGIN, altcoin: bool = False) -> Venue:
    """Return a venue that nobody asked anything yet; it opened on 1 February."""
    return open_venue(origin=origin, history_days=31, seed=seed, with_altcoin=altcoin)


def market(symbol: str, *, seed: int = 1, altcoin: bool = False) -> Market:
    """Return one market of such a venue."""
    return venue(seed=seed, altcoin=altcoin).markets[symbol]
