"""Coinbase Exchange over REST."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tradestream.candles import to_datetime
from tradestream.errors import InvalidDataError, UnavailableError
from tradestream.instruments import Instrument
from tradestream.venues.coinbase_rows import read_rows
from tradestream.venues.http_client import HttpClient, NotFoundError
from tradestream.venues.port import CandlePage, UnknownSymbolError

DEFAULT_URL = "https://api.exchange.coinbase.com"
PAGE_BUCKETS = 300
"""The venue refuses a request for more buckets."""

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


class CoinbaseVenue:
    """The venue `coinbase`.

    Args:
        client: Reads from its REST API.
        now: Says what time it is.
    """

    name = "coinbase"
    page_minutes = PAGE_BUCKETS

    def __init__(self, client: HttpClient, now: Callable[[], datetime]) -> None:
        self._client = client
        self._now = now

    def candles(self, symbol: str, start: datetime, end: datetime) -> CandlePage:
        """Return the one-minute bars that open in [start, end), in one request."""
        rows = self._rows(symbol, start, end, _MINUTE)
        return read_rows(symbol, rows, start, end, self._now())

    def days_with_bars(
        self, symbol: str, start: datetime, end: datetime
    ) -> list[datetime]:
        """Return the UTC days in [start, end) that have any bar, oldest first."""
        start = max(start, end - PAGE_BUCKETS * _DAY)
        rows = self._rows(symbol, start, end, _DAY)
        days = {_day(symbol, row) for row in rows}
        return sorted(day for day in days if start <= day < end)

    def products(self) -> list[Instrument]:
        """Return what the venue trades, with the increments of each."""
        entries = self._client.get_list("/products", {})
        usable = [found for entry in entries if (found := _instrument(entry))]
        if not usable:
            raise InvalidDataError(
                "products with an id and positive increments are required,"
                f" was {entries!r:.80}"
            )
        return usable

    def _rows(
        self, symbol: str, start: datetime, end: datetime, bucket: timedelta
    ) -> list[Any]:
        # The venue counts `end` in: the last bucket that is wanted starts earlier.
        query = {
            "granularity": str(int(bucket.total_seconds())),
            "start": _iso(start),
            "end": _iso(end - bucket),
        }
        try:
            return self._client.get_list(f"/products/{symbol}/candles", query)
        except NotFoundError as error:
            raise UnknownSymbolError(f"coinbase does not know {symbol}") from error


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(symbol: str, row: Any) -> datetime:
    # One row that cannot be read may hide a day: the answer says nothing then.
    time: Any = row[0] if isinstance(row, list) and row else None
    if (
        type(time) not in (int, float)
        or time % _DAY.total_seconds()
        or abs(time) > 1e11
    ):
        raise UnavailableError(
            f"{symbol}: bars that open on a day are required, was {row!r}"
        )
    return to_datetime(int(time))


def _instrument(entry: Any) -> Instrument | None:
    """Return a product's increments, None when it says none that can be used."""
    try:
        tick, lot = float(entry["quote_increment"]), float(entry["base_increment"])
        symbol = str(entry["id"])
    except (KeyError, TypeError, ValueError):
        return None
    if not (0 < tick < float("inf") and 0 < lot < float("inf")):
        return None
    return Instrument(symbol, tick, lot)
