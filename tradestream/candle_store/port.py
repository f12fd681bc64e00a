"""The port to the store of one-minute bars; longer bars are aggregated on read.

Idempotent by (symbol, open time). The contract is
`tradestream/testing/candle_store_contract.py`; every adapter passes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from tradestream.candles import CandleSeries
from tradestream.instruments import Instrument


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What a write changed.

    Attributes:
        inserted: Open times (seconds since 1970) of bars that were not there.
        corrected: Open times of bars that were there with other numbers.
        unchanged: How many bars were there already, the same.
    """

    inserted: tuple[int, ...]
    corrected: tuple[int, ...]
    unchanged: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Minutes that the store does not hold, [start, end).

    Attributes:
        start: Open time of the first missing bar.
        end: Open time after the last missing bar.
        at_venue: True when the venue itself has no bars there, as recorded by
            `record_venue_holes`, or the store no longer keeps minutes that old;
            False when they are ours to fetch.
    """

    start: datetime
    end: datetime
    at_venue: bool


@dataclass(frozen=True, slots=True)
class Change:
    """How one stored bar came to be as it is.

    Attributes:
        open_time: Which bar.
        source: Venue that its numbers came from.
        written_at: When they were written.
        corrected: Whether it was stored before with other numbers.
    """

    open_time: datetime
    source: str
    written_at: datetime
    corrected: bool


@dataclass(frozen=True, slots=True)
class CheckedHole:
    """A span [start, end) in which the venue has no bars.

    Attributes:
        start: Open time of its first minute.
        end: Open time after its last minute.
        checked_at: When the venue was last asked.
    """

    start: datetime
    end: datetime
    checked_at: datetime


class CandleStore(Protocol):
    """A store of one-minute bars. Every method may raise UnavailableError."""

    def write(
        self, series: CandleSeries, *, source: str, written_at: datetime
    ) -> WriteResult:
        """Insert or correct one-minute bars.

        Nothing is stored when a bar breaks a rule that can be checked beforehand.
        When this returns, all are stored. A write that was cut off stored all or
        none where the store has transactions, and some of them where it has not
        (InfluxDB): writing the same again makes it whole.

        Args:
            series: Validated closed bars of 60 seconds.
            source: Venue they came from, e.g. `coinbase`.
            written_at: When this was written; stored with changed rows only.

        Raises:
            InvalidCandleError: If a bar breaks a rule, or the store refuses it;
                the text says which, and whether others were stored.
        """
        ...

    def restore(self, series: CandleSeries, changes: Sequence[Change]) -> None:
        """Write bars as another store holds them, replacing what is here.

        Args:
            series: Validated closed bars of 60 seconds.
            changes: How each of them came to be, in the same order.

        Raises:
            InvalidCandleError: As `write`.
        """
        ...

    def read(
        self, symbol: str, interval_seconds: int, start: datetime, end: datetime
    ) -> CandleSeries:
        """Return the bars that open in [start, end), aggregated to the interval."""
        ...

    def symbols(self) -> list[str]:
        """Return the symbols that have bars, sorted."""
        ...

    def first(self, symbol: str) -> datetime | None:
        """Return the open time of the oldest bar, None when there is none."""
        ...

    def last(self, symbol: str) -> datetime | None:
        """Return the open time of the newest bar, None when there is none."""
        ...

    def gaps(self, symbol: str, start: datetime, end: datetime) -> list[Gap]:
        """Return what is missing in [start, end), oldest first.

        Neighbouring minutes with the same `at_venue` are one gap.
        """
        ...

    def record_venue_holes(
        self,
        symbol: str,
        holes: Sequence[tuple[datetime, datetime]],
        *,
        checked_at: datetime,
    ) -> None:
        """Remember spans [start, end) where the venue has no bars.

        A bar written later inside a hole simply is there: `gaps` shows only
        what is missing.
        """
        ...

    def venue_holes(self, symbol: str, *, checked_before: datetime) -> list[Gap]:
        """Return recorded holes of the venue last checked before a time, oldest first.

        They are what to ask for again, rarely: a venue may fill a hole later.
        """
        ...

    def checked_holes(self, symbol: str) -> list[CheckedHole]:
        """Return all recorded holes of the venue, oldest first."""
        ...

    def corrected_since(self, symbol: str, since: datetime) -> list[datetime]:
        """Return open times of bars whose numbers changed at or after `since`."""
        ...

    def changes(self, symbol: str, start: datetime, end: datetime) -> list[Change]:
        """Return how the bars that open in [start, end) came to be, oldest first."""
        ...

    def write_instruments(self, instruments: Sequence[Instrument]) -> None:
        """Remember the increments of symbols, replacing what was known."""
        ...

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the increments of a symbol, None when never written."""
        ...

    def kept_since(self) -> datetime | None:
        """Return the time before which no bars are kept, None when all are."""
        ...

    def close(self) -> None:
        """Give back all connections."""
        ...
