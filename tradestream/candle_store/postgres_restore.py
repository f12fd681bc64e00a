"""Bars into PostgreSQL as another store holds them, with how they came to be."""

import io
from collections.abc import Sequence

from psycopg2.extensions import cursor as Cursor

from tradestream.candle_store.port import Change
from tradestream.candles import CandleSeries

_MOVED = """
CREATE TEMP TABLE IF NOT EXISTS moved_bars (
    open_time bigint,
    open numeric(20, 10),
    high numeric(20, 10),
    low numeric(20, 10),
    close numeric(20, 10),
    volume numeric(30, 10),
    source text,
    written_at timestamptz,
    corrected boolean
) ON COMMIT DELETE ROWS
"""
_REPLACE = """
INSERT INTO market_data AS held
    (symbol, timestamp, open, high, low, close, volume,
     source, written_at, corrected_at)
SELECT %s, to_timestamp(open_time), open, high, low, close, volume,
    source, written_at, CASE WHEN corrected THEN written_at END
FROM moved_bars
ORDER BY open_time
ON CONFLICT (symbol, timestamp) DO UPDATE SET
    open = excluded.open,
    high = excluded.high,
    low = excluded.low,
    close = excluded.close,
    volume = excluded.volume,
    source = excluded.source,
    written_at = excluded.written_at,
    corrected_at = excluded.corrected_at
"""


def restore(cursor: Cursor, series: CandleSeries, changes: Sequence[Change]) -> None:
    """Insert or replace bars.

    Args:
        cursor: Of a transaction.
        series: Validated bars of one minute.
        changes: How each of them came to be, in the same order.
    """
    cursor.execute(_MOVED)
    cursor.copy_expert("COPY moved_bars FROM STDIN", _rows(series, changes))
    cursor.execute(_REPLACE, (series.symbol,))


def _rows(series: CandleSeries, changes: Sequence[Change]) -> io.StringIO:
    columns = [
        column.tolist()
        for column in (
            series.open_times, series.opens, series.highs, series.lows,
            series.closes, series.volumes,
        )
    ]  # fmt: skip
    return io.StringIO(
        "".join(
            f"{t}\t{o}\t{h}\t{low}\t{c}\t{v}\t{_text(change.source)}"
            f"\t{change.written_at.isoformat()}\t{change.corrected}\n"
            for t, o, h, low, c, v, change in zip(*columns, changes, strict=True)
        )
    )


def _text(text: str) -> str:
    """Return a text as COPY reads it."""
    for plain, escaped in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(plain, escaped)
    return text
