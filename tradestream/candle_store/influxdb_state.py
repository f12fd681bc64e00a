"""What the store knows besides bars: holes of the venue, and increments.

They lie in the bucket of the bars, and do not expire with them; why is told in
`influxdb_lines`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tradestream.candle_store.influxdb_lines import (
    HOLES,
    INSTRUMENTS,
    check_symbol,
    from_micros,
    hole_key,
    hole_lines,
    instrument_lines,
)
from tradestream.candle_store.influxdb_query import InfluxQuery, quote
from tradestream.candle_store.port import CheckedHole
from tradestream.candles import to_datetime, to_seconds
from tradestream.instruments import Instrument

if TYPE_CHECKING:
    from tradestream.candle_store.influxdb_writer import InfluxWriter

_NANOSECONDS = "ns"


def record_holes(
    query: InfluxQuery,
    writer: "InfluxWriter",
    symbol: str,
    spans: Sequence[tuple[datetime, datetime]],
    checked_at: datetime,
) -> None:
    """Remember spans without bars; a known one keeps the later of its ends."""
    if not spans:
        return
    check_symbol(symbol)
    wanted: dict[int, int] = {}
    for start, end in spans:
        begin, stop = to_seconds(start), to_seconds(end)
        wanted[begin] = max(stop, wanted.get(begin, stop))
    first, last = min(wanted), max(wanted)
    for known in _between(query, symbol, first, last + 1):
        begin = to_seconds(known.start)
        if begin in wanted:
            wanted[begin] = max(wanted[begin], to_seconds(known.end))
    lines = hole_lines(symbol, sorted(wanted.items()), checked_at)
    writer.send(lines, _NANOSECONDS)


def holes(
    query: InfluxQuery, symbol: str, before: datetime | None = None
) -> list[CheckedHole]:
    """Return the known holes of a symbol that begin before a time, oldest first."""
    return _between(query, symbol, None, None if before is None else to_seconds(before))


def write_instruments(
    writer: "InfluxWriter", instruments: Sequence[Instrument]
) -> None:
    """Remember the increments of symbols, replacing what was known."""
    if not instruments:
        return
    for known in instruments:
        check_symbol(known.symbol)
    writer.send(instrument_lines(instruments), _NANOSECONDS)


def instrument(query: InfluxQuery, symbol: str) -> Instrument | None:
    """Return the increments of a symbol, None when never written."""
    what = "price_tick, volume_lot"
    rows = query.select(what, INSTRUMENTS, f"symbol = {quote(symbol)}")
    return Instrument(symbol, float(rows[-1][1]), float(rows[-1][2])) if rows else None


def _between(
    query: InfluxQuery, symbol: str, first: int | None, last: int | None
) -> list[CheckedHole]:
    where = f"symbol = {quote(symbol)}"
    if first is not None:
        where += f" AND time >= {hole_key(first)}"
    if last is not None:
        where += f" AND time < {hole_key(last)}"
    rows = query.select('"start", "end", checked_at', HOLES, where)
    return [
        CheckedHole(to_datetime(start), to_datetime(end), from_micros(checked_at))
        for _, start, end, checked_at in rows
    ]
