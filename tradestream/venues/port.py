"""The port to a venue: closed one-minute bars and products.

An adapter speaks the venue's format, keeps to its limits, and hands on only
bars that keep every promise of `CandleSeries`; the rest it counts by reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tradestream.candles import CandleSeries
from tradestream.errors import TradeStreamError, UnavailableError
from tradestream.instruments import Instrument


class UnknownSymbolError(TradeStreamError):
    """Raised when the venue does not know a symbol; asking again cannot help."""


class OutOfTimeError(UnavailableError):
    """Raised when a request would have to wait for longer than there is time."""


class RefusedRequestError(TradeStreamError):
    """Raised when the venue calls a request of ours wrong."""


@dataclass(frozen=True, slots=True)
class CandlePage:
    """What a venue answered for a span.

    Attributes:
        series: The bars that can be used, oldest first.
        rejected: How many bars could not, by reason; while there are any, a
            minute that is absent may be one of them, and says nothing.
    """

    series: CandleSeries
    rejected: Mapping[str, int] = field(default_factory=dict)


class Venue(Protocol):
    """A venue. Every method may raise UnavailableError, and is thread-safe.

    Attributes:
        name: Stored as the source of bars, e.g. `coinbase`.
        page_minutes: The longest span that one request may ask for.
    """

    @property
    def name(self) -> str:
        """What the source of its bars is called."""
        ...

    @property
    def page_minutes(self) -> int:
        """How many minutes one request may span."""
        ...

    def candles(self, symbol: str, start: datetime, end: datetime) -> CandlePage:
        """Return the one-minute bars that open in [start, end), in one request.

        Args:
            symbol: Such as `BTC-USD`.
            start: A whole minute.
            end: A whole minute, at most `page_minutes` later; nothing that is
                still open may lie before it.

        Raises:
            UnknownSymbolError: If the venue does not trade it.
        """
        ...

    def days_with_bars(
        self, symbol: str, start: datetime, end: datetime
    ) -> list[datetime]:
        """Return the UTC days in [start, end) that have any bar, oldest first.

        Args:
            symbol: Such as `BTC-USD`.
            start: Start of a UTC day.
            end: Start of a UTC day; if the span is longer than the venue can
                answer in one request, its newest part is answered.

        Raises:
            UnknownSymbolError: If the venue does not trade it.
        """
        ...

    def products(self) -> list[Instrument]:
        """Return what the venue trades, with the increments of each.

        An entry without usable increments is left out.

        Raises:
            InvalidDataError: If no entry can be used.
        """
        ...
