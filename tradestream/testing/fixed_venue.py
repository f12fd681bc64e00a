"""A venue whose bars are known, with every request that it was asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from tradestream.candles import MINUTE_SECONDS, CandleSeries, to_datetime, to_seconds
from tradestream.instruments import Instrument
from tradestream.venues.port import CandlePage, UnknownSymbolError

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Request:
    """One request: bars of minutes or of days in [start, end)."""

    symbol: str
    start: datetime
    end: datetime
    days: bool = False


class FixedVenue:
    """Has a bar for every minute since a symbol was listed.

    Args:
        listed: Open time of the first bar, by symbol.
        page_minutes: The longest span of a request.

    Attributes:
        missing: Minutes in which nothing was traded.
        closes: Closing prices that are other than usual, by open time.
        rejected: What every page says it could not use.
        failures: What a symbol's requests raise.
        fail_after: After so many requests every one raises `failures[""]`.
        asked: Every request that was answered, in order.
    """

    name = "fixed"

    def __init__(
        self, listed: Mapping[str, datetime], *, page_minutes: int = 300
    ) -> None:
        self.listed = listed
        self.page_minutes = page_minutes
        self.missing: set[datetime] = set()
        self.closes: dict[datetime, float] = {}
        self.rejected: dict[str, int] = {}
        self.failures: dict[str, Exception] = {}
        self.fail_after: int | None = None
        self.asked: list[Request] = []

    def candles(self, symbol: str, start: datetime, end: datetime) -> CandlePage:
        """Return the one-minute bars that open in [start, end)."""
        self._answer(Request(symbol, start, end))
        assert end - start <= timedelta(minutes=self.page_minutes)
        return CandlePage(self.bars(symbol, start, end), dict(self.rejected))

    def days_with_bars(
        self, symbol: str, start: datetime, end: datetime
    ) -> list[datetime]:
        """Return the UTC days in [start, end) that have any bar, oldest first."""
        start = max(start, end - self.page_minutes * _DAY)
        self._answer(Request(symbol, start, end, days=True))
        days = (start + _DAY * number for number in range((end - start).days))
        return [day for day in days if len(self.bars(symbol, day, day + _DAY))]

    def products(self) -> list[Instrument]:
        """Return the listed symbols."""
        if "products" in self.failures:
            raise self.failures["products"]
        return [Instrument(symbol, 0.01, 0.0001) for symbol in self.listed]

    def bars(self, symbol: str, start: datetime, end: datetime) -> CandleSeries:
        """Return what the venue has in [start, end), without a request."""
        first = to_seconds(max(start, self.listed[symbol]))
        every = range(first, max(first, to_seconds(end)), MINUTE_SECONDS)
        absent = {to_seconds(at) for at in self.missing}
        times = np.array([at for at in every if at not in absent], np.int64)
        opens = (100 + times // MINUTE_SECONDS % 50).astype(np.float64)
        closes = opens.copy()
        for number, at in enumerate(times):
            closes[number] = self.closes.get(to_datetime(at), opens[number])
        highs, lows = np.maximum(opens, closes), np.minimum(opens, closes)
        volumes = np.ones(len(times))
        return CandleSeries(
            symbol, MINUTE_SECONDS, times, opens, highs, lows, closes, volumes
        )

    def _answer(self, request: Request) -> None:
        if request.symbol in self.failures:
            raise self.failures[request.symbol]
        if self.fail_after is not None and len(self.asked) >= self.fail_after:
            raise self.failures[""]
        if request.symbol not in self.listed:
            raise UnknownSymbolError(f"nobody knows {request.symbol}")
        self.asked.append(request)
