"""Bars in PostgreSQL: table `market_data`, one-minute bars only."""

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import psycopg2.errors
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from tradestream.candle_store import postgres_copy, postgres_restore
from tradestream.candle_store.gap_search import find_gaps, minutes_between
from tradestream.candle_store.port import Change, CheckedHole, Gap, WriteResult
from tradestream.candle_store.writable import check_writable
from tradestream.candles import CandleSeries, Seconds, aggregate
from tradestream.errors import InvalidCandleError
from tradestream.instruments import Instrument
from tradestream.postgres import transaction

_INCOMING = """
CREATE TEMP TABLE IF NOT EXISTS incoming_bars (
    open_time bigint,
    open numeric(20, 10),
    high numeric(20, 10),
    low numeric(20, 10),
    close numeric(20, 10),
    volume numeric(30, 10)
) ON COMMIT DELETE ROWS
"""
# A bar that says the same as the stored one is not touched: `written_at` then
# still tells when its numbers came, and a rerun changes nothing.
_UPSERT = """
INSERT INTO market_data AS held
    (symbol, timestamp, open, high, low, close, volume, source, written_at)
SELECT %(symbol)s, to_timestamp(open_time), open, high, low, close, volume,
    %(source)s, %(written_at)s
FROM incoming_bars
ORDER BY open_time
ON CONFLICT (symbol, timestamp) DO UPDATE SET
    open = excluded.open,
    high = excluded.high,
    low = excluded.low,
    close = excluded.close,
    volume = excluded.volume,
    source = excluded.source,
    written_at = excluded.written_at,
    corrected_at = excluded.written_at
WHERE (held.open, held.high, held.low, held.close, held.volume)
    IS DISTINCT FROM
    (excluded.open, excluded.high, excluded.low, excluded.close, excluded.volume)
RETURNING extract(epoch FROM timestamp)::bigint, corrected_at IS NULL
"""
SPAN = """
FROM market_data
WHERE symbol = %(symbol)s AND timestamp >= %(start)s AND timestamp < %(end)s
"""
_READ = f"""
COPY (
    SELECT timestamp, open::float8, high::float8, low::float8, close::float8,
        volume::float8
    {SPAN} ORDER BY timestamp
) TO STDOUT (FORMAT binary)
"""
_COUNT = f"SELECT count(*) {SPAN}"
_READ_TIMES = f"COPY (SELECT timestamp {SPAN}) TO STDOUT (FORMAT binary)"
_FIRST = """
SELECT timestamp FROM market_data WHERE symbol = %s ORDER BY timestamp LIMIT 1
"""
_LAST = """
SELECT timestamp FROM market_data WHERE symbol = %s ORDER BY timestamp DESC LIMIT 1
"""
# One index probe a symbol, where DISTINCT would read every bar.
_SYMBOLS = """
WITH RECURSIVE found AS (
    (SELECT symbol FROM market_data ORDER BY symbol LIMIT 1)
    UNION ALL
    SELECT (
        SELECT symbol FROM market_data
        WHERE symbol > found.symbol ORDER BY symbol LIMIT 1
    )
    FROM found WHERE found.symbol IS NOT NULL
)
SELECT symbol FROM found WHERE symbol IS NOT NULL ORDER BY symbol
"""
_RECORD_HOLE = """
INSERT INTO venue_holes AS held (symbol, start_at, end_at, checked_at)
VALUES (%s, %s, %s, %s)
ON CONFLICT (symbol, start_at) DO UPDATE SET
    end_at = greatest(held.end_at, excluded.end_at),
    checked_at = excluded.checked_at
"""
_WRITE_INSTRUMENT = """
INSERT INTO instruments AS held (symbol, price_tick, volume_lot) VALUES (%s, %s, %s)
ON CONFLICT (symbol) DO UPDATE SET
    price_tick = excluded.price_tick, volume_lot = excluded.volume_lot
WHERE (held.price_tick, held.volume_lot)
    IS DISTINCT FROM (excluded.price_tick, excluded.volume_lot)
"""


class PostgresCandleStore:
    """Keeps bars in PostgreSQL. One thread at a time may use it.

    Args:
        connect: Opens a connection; called at first use, and again after the
            server broke one off.
    """

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = None

    def write(
        self, series: CandleSeries, *, source: str, written_at: datetime
    ) -> WriteResult:
        """Insert or correct one-minute bars, all of them or none."""
        check_writable(series)
        if not len(series):
            return WriteResult((), (), 0)
        keys = {"symbol": series.symbol, "source": source, "written_at": written_at}
        with _refusals(series.symbol), transaction(self.open()) as cursor:
            cursor.execute(_INCOMING)
            cursor.copy_expert(
                "COPY incoming_bars FROM STDIN", postgres_copy.encode_bars(series)
            )
            cursor.execute(_UPSERT, keys)
            changed = cursor.fetchall()
        inserted = tuple(t for t, is_new in changed if is_new)
        corrected = tuple(t for t, is_new in changed if not is_new)
        return WriteResult(inserted, corrected, len(series) - len(changed))

    def restore(self, series: CandleSeries, changes: Sequence[Change]) -> None:
        """Write bars as another store holds them, replacing what is here."""
        check_writable(series)
        if not len(series):
            return
        with _refusals(series.symbol), transaction(self.open()) as cursor:
            postgres_restore.restore(cursor, series, changes)

    def read(
        self, symbol: str, interval_seconds: int, start: datetime, end: datetime
    ) -> CandleSeries:
        """Return the bars that open in [start, end), aggregated to the interval."""
        with transaction(self.open()) as cursor:
            data = _copy_out(cursor, _READ, symbol, start, end)
        return aggregate(postgres_copy.decode_bars(data, symbol), interval_seconds)

    def symbols(self) -> list[str]:
        """Return the symbols that have bars, sorted."""
        with transaction(self.open()) as cursor:
            cursor.execute(_SYMBOLS)
            return [symbol for (symbol,) in cursor.fetchall()]

    def first(self, symbol: str) -> datetime | None:
        """Return the open time of the oldest bar, None when there is none."""
        return self._edge(symbol, _FIRST)

    def last(self, symbol: str) -> datetime | None:
        """Return the open time of the newest bar, None when there is none."""
        return self._edge(symbol, _LAST)

    def gaps(self, symbol: str, start: datetime, end: datetime) -> list[Gap]:
        """Return what is missing in [start, end), oldest first."""
        with transaction(self.open()) as cursor:
            # Most spans are whole; counting tells that in a quarter of the time.
            cursor.execute(_COUNT, {"symbol": symbol, "start": start, "end": end})
            if cursor.fetchone() == (minutes_between(start, end),):
                return []
            data = _copy_out(cursor, _READ_TIMES, symbol, start, end)
            cursor.execute(
                "SELECT start_at, end_at FROM venue_holes"
                " WHERE symbol = %s AND start_at < %s AND end_at > %s",
                (symbol, end, start),
            )
            holes = cursor.fetchall()
        present: Seconds = postgres_copy.decode_times(data)
        return find_gaps(present, holes, start, end)

    def record_venue_holes(
        self,
        symbol: str,
        holes: Sequence[tuple[datetime, datetime]],
        *,
        checked_at: datetime,
    ) -> None:
        """Remember spans [start, end) where the venue has no bars."""
        if not holes:
            return
        rows = [(symbol, start, end, checked_at) for start, end in holes]
        with transaction(self.open()) as cursor:
            cursor.executemany(_RECORD_HOLE, rows)

    def venue_holes(self, symbol: str, *, checked_before: datetime) -> list[Gap]:
        """Return recorded holes last checked before a time, oldest first."""
        with transaction(self.open()) as cursor:
            cursor.execute(
                "SELECT start_at, end_at FROM venue_holes"
                " WHERE symbol = %s AND checked_at < %s ORDER BY start_at",
                (symbol, checked_before),
            )
            return [Gap(start, end, True) for start, end in cursor.fetchall()]

    def checked_holes(self, symbol: str) -> list[CheckedHole]:
        """Return all recorded holes, oldest first."""
        with transaction(self.open()) as cursor:
            cursor.execute(
                "SELECT start_at, end_at, checked_at FROM venue_holes"
                " WHERE symbol = %s ORDER BY start_at",
                (symbol,),
            )
            return [CheckedHole(*row) for row in cursor.fetchall()]

    def corrected_since(self, symbol: str, since: datetime) -> list[datetime]:
        """Return open times of bars whose numbers changed at or after `since`."""
        with transaction(self.open()) as cursor:
            cursor.execute(
                "SELECT timestamp FROM market_data"
                " WHERE symbol = %s AND corrected_at >= %s ORDER BY timestamp",
                (symbol, since),
            )
            return [at for (at,) in cursor.fetchall()]

    def changes(self, symbol: str, start: datetime, end: datetime) -> list[Change]:
        """Return how the bars that open in [start, end) came to be, oldest first."""
        with transaction(self.open()) as cursor:
            cursor.execute(
                "SELECT timestamp, source, written_at, corrected_at IS NOT NULL"
                " FROM market_data"
                " WHERE symbol = %s AND timestamp >= %s AND timestamp < %s"
                " ORDER BY timestamp",
                (symbol, start, end),
            )
            return [Change(*row) for row in cursor.fetchall()]

    def write_instruments(self, instruments: Sequence[Instrument]) -> None:
        """Remember the increments of symbols, replacing what was known."""
        if not instruments:
            return
        rows = [(i.symbol, i.price_tick, i.volume_lot) for i in instruments]
        with transaction(self.open()) as cursor:
            cursor.executemany(_WRITE_INSTRUMENT, sorted(rows))

    def instrument(self, symbol: str) -> Instrument | None:
        """Return the increments of a symbol, None when never written."""
        with transaction(self.open()) as cursor:
            cursor.execute(
                "SELECT price_tick, volume_lot FROM instruments WHERE symbol = %s",
                (symbol,),
            )
            row = cursor.fetchone()
        return Instrument(symbol, *row) if row else None

    def kept_since(self) -> datetime | None:
        """Return None: all bars are kept."""
        return None

    def open(self) -> Connection:
        """Connect if there is no connection; return it."""
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
        return self._connection

    def close(self) -> None:
        """Give back the connection; the next use would open another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _edge(self, symbol: str, statement: str) -> datetime | None:
        with transaction(self.open()) as cursor:
            cursor.execute(statement, (symbol,))
            row = cursor.fetchone()
        return row[0] if row else None


@contextmanager
def _refusals(symbol: str) -> Iterator[None]:
    """Turn what the table does not take into our error."""
    try:
        yield
    except (
        psycopg2.errors.NumericValueOutOfRange,
        psycopg2.errors.CheckViolation,
    ) as error:
        reason = str(error).splitlines()[0]
        raise InvalidCandleError(
            f"{symbol}: bars that fit the store are required: {reason}"
        ) from error


def _copy_out(
    cursor: Cursor, statement: str, symbol: str, start: datetime, end: datetime
) -> bytes:
    # COPY takes no parameters; mogrify quotes them as execute would.
    keys = {"symbol": symbol, "start": start, "end": end}
    answer = io.BytesIO()
    cursor.copy_expert(cursor.mogrify(statement, keys), answer)
    return answer.getvalue()
