"""Bars in InfluxDB 2: measurement `candles`, one-minute bars only.

There are no transactions. What holds instead: a bar is stored whole or not at
all; a write returns when all of its bars are on disk; one that was cut off has
stored some of its bars, and writing the same again stores the rest. Two
processes must not write one symbol at once: which bars are new is read before
they are written.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from tradestream.candle_store import influxdb_state as state
from tradestream.candle_store.gap_search import find_gaps, minutes_between
from tradestream.candle_store.influxdb_bars import InfluxBars, Mask, span, take
from tradestream.candle_store.influxdb_bucket import Bucket, require_bucket
from tradestream.candle_store.influxdb_http import RETRY_SECONDS, InfluxHttp
from tradestream.candle_store.influxdb_lines import check_symbol, history, rounded
from tradestream.candle_store.influxdb_query import InfluxQuery
from tradestream.candle_store.influxdb_settings import parse_url
from tradestream.candle_store.port import Change, CheckedHole, Gap, WriteResult
from tradestream.candle_store.writable import check_writable
from tradestream.candles import CandleSeries, aggregate, to_datetime
from tradestream.errors import ConfigurationError, InvalidCandleError
from tradestream.instruments import Instrument

if TYPE_CHECKING:
    from tradestream.candle_store.influxdb_writer import InfluxWriter

# The server takes no bar older than the retention; those about to be are not
# worth asking a venue for.
_MARGIN = timedelta(hours=1)

_NAMED = 3
"""How many refused bars an error names."""


class InfluxCandleStore:
    """Keeps bars in one bucket. One thread at a time may use it.

    Args:
        http: Asks the server.
        token: Its token.
        bucket: The bucket, as found when the store was opened.
    """

    def __init__(self, http: InfluxHttp, token: str, bucket: Bucket) -> None:
        self._http = http
        self._token = token
        self._bucket = bucket
        self._query = InfluxQuery(http)
        self._bars = InfluxBars(self._query)
        self._opened_writer: InfluxWriter | None = None

    @classmethod
    def open(
        cls, url: str, token: str | None, *, retry_seconds: float = RETRY_SECONDS
    ) -> "InfluxCandleStore":
        """Connect, and see that the bucket is there and keeps bars long enough.

        Args:
            url: Such as `influxdb://127.0.0.1:8086/tradestream/candles`.
            token: A token that may read and write the bucket.
            retry_seconds: How long a later request is repeated before it fails.

        Raises:
            UnavailableError: If the server does not answer.
            ConfigurationError: If URL, token, organization, or bucket are wrong.
        """
        settings = parse_url(url)
        if token is None:
            raise ConfigurationError(
                f"influxdb at {settings.where}: a token is required in a password file"
            )
        http = InfluxHttp(settings, token, retry_seconds=retry_seconds)
        return cls(http, token, require_bucket(http))

    def write(
        self, series: CandleSeries, *, source: str, written_at: datetime
    ) -> WriteResult:
        """Insert or correct one-minute bars; what can be checked is, before any.

        Raises:
            InvalidCandleError: If a bar breaks a rule, and then none is stored;
                or if the server refused some, and then all others are.
        """
        series = _checked(series)
        if not len(series):
            return WriteResult((), (), 0)
        known, same = self._bars.compare(series)
        new, corrected = (
            history(source, written_at, corrected=c) for c in (False, True)
        )
        histories = [corrected if old else new for old in known[~same].tolist()]
        self._send(series, ~same, histories)
        times = series.open_times
        return WriteResult(
            tuple(times[~known].tolist()),
            tuple(times[known & ~same].tolist()),
            int(np.count_nonzero(same)),
        )

    def restore(self, series: CandleSeries, changes: Sequence[Change]) -> None:
        """Write bars as another store holds them, replacing what is here."""
        series = _checked(series)
        if not len(series):
            return
        marked = {
            held.open_time
            for held in self.changes(series.symbol, *span(series))
            if held.corrected
        }
        histories = []
        for change in changes:
            text = history(change.source, change.written_at, corrected=change.corrected)
            if not change.corrected and change.open_time in marked:
                text += ",corrected_at=0i"  # a field cannot be taken away
            histories.append(text)
        self._send(series, np.ones(len(series), np.bool_), histories)

    def read(
        self, symbol: str, interval_seconds: int, start: datetime, end: datetime
    ) -> CandleSeries:
        """Return the bars that open in [start, end), aggregated to the interval."""
        return aggregate(self._bars.read(symbol, start, end), interval_seconds)

    def symbols(self) -> list[str]:
        """Return the symbols that have bars, sorted."""
        return self._bars.symbols()

    def first(self, symbol: str) -> datetime | None:
        """Return the open time of the oldest bar, None when there is none."""
        return self._bars.edge(symbol, "first")

    def last(self, symbol: str) -> datetime | None:
        """Return the open time of the newest bar, None when there is none."""
        return self._bars.edge(symbol, "last")

    def gaps(self, symbol: str, start: datetime, end: datetime) -> list[Gap]:
        """Return what is missing in [start, end), oldest first.

        Minutes that the bucket forgets within the hour are nobody's to fetch.
        """
        # Most spans are whole.
        if self._bars.count(symbol, start, end) == minutes_between(start, end):
            return []
        present = self._bars.open_times(symbol, start, end)
        holes = [(h.start, h.end) for h in state.holes(self._query, symbol, end)]
        kept_since = self.kept_since()
        if kept_since is not None:
            holes.append((start, kept_since + _MARGIN))
        return find_gaps(present, holes, start, end)

    def record_venue_holes(
        self,
        symbol: str,
        holes: Sequence[tuple[datetime, datetime]],
        *,
        checked_at: datetime,
    ) -> None:
        """Remember spans [start, end) where the venue has no bars."""
        state.record_holes(self._query, self._writer, symbol, holes, checked_at)

    def venue_holes(self, symbol: str, *, checked_before: datetime) -> list[Gap]:
        """Return recorded holes last checked before a time, oldest first."""
        return [
            Gap(hole.start, hole.end, True)
            for hole in self.checked_holes(symbol)
            if hole.checked_at < checked_before
        ]

    def checked_holes(self, symbol: str) -> list[CheckedHole]:
        """Return all recorded holes, oldest first."""
        return state.holes(self._query, symbol)

    def corrected_since(self, symbol: str, since: datetime) -> list[datetime]:
        """Return open times of bars whose numbers changed at or after `since`."""
        return self._bars.corrected_since(symbol, since)

    def changes(self, symbol: str, start: datetime, end: datetime) -> list[Change]:
        """Return how the bars that open in [start, end) came to be, oldest first."""
        return self._bars.changes(symbol, start, end)

    def write_instruments(self, instruments: Sequence[Instrument]) -> None:
        """Remember the increments of symbols, replacing what was known."""
        state.write_instruments(self._writer, instruments)

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the increments of a symbol, None when never written."""
        return state.instrument(self._query, symbol)

    def kept_since(self) -> datetime | None:
        """Return the time before which no bars are kept, by the server's clock."""
        now, retention = self._http.server_time, self._bucket.retention
        return None if now is None or retention is None else now - retention

    def close(self) -> None:
        """Give back all connections."""
        if self._opened_writer is not None:
            self._opened_writer.close()
            self._opened_writer = None
        self._http.close()

    @property
    def _writer(self) -> "InfluxWriter":
        if self._opened_writer is None:
            # Imported late: rooms that only read need no client of the vendor.
            from tradestream.candle_store.influxdb_writer import InfluxWriter

            self._opened_writer = InfluxWriter(
                self._http.settings, self._token, self._http.retry_seconds
            )
        return self._opened_writer

    def _send(
        self, series: CandleSeries, chosen: Mask, histories: Sequence[str]
    ) -> None:
        """Write the chosen bars; raise InvalidCandleError for those refused."""
        if not np.any(chosen):
            return
        part = take(series, chosen)
        doubtful = self._writer.send_bars(part, histories)
        if not doubtful:
            return
        stored = self._bars.compare(part)[1]
        refused = [place for place in sorted(doubtful) if not stored[place]]
        if not refused:
            return
        told = "; ".join(
            f"{to_datetime(part.open_times[place]).isoformat()}: {doubtful[place]}"
            for place in refused[:_NAMED]
        )
        raise InvalidCandleError(
            f"{series.symbol}: influxdb refused {len(refused):,} of {len(part):,} bars,"
            f" the others are stored: {told}{'; …' if len(refused) > _NAMED else ''}"
        )


def _checked(series: CandleSeries) -> CandleSeries:
    """Return the series as it is stored.

    Raises:
        InvalidCandleError: If it may not be.
    """
    check_writable(series)
    if len(series):
        check_symbol(series.symbol)
    series = rounded(series)
    series.validate()  # a price below the tenth decimal is none
    return series
