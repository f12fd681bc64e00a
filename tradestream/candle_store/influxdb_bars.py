"""What is stored of one-minute bars in InfluxDB, and how it came to be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradestream.candle_store.influxdb_lines import (
    CANDLES,
    INTERVAL,
    from_micros,
    micros,
)
from tradestream.candle_store.influxdb_query import InfluxQuery, quote
from tradestream.candle_store.port import Change
from tradestream.candles import (
    MINUTE_SECONDS,
    CandleSeries,
    Floats,
    Seconds,
    to_datetime,
)

Mask = NDArray[np.bool_]

_FIELDS = ("open", "high", "low", "close", "volume")

# 292 years around 1970 are all that the server counts, in nanoseconds.
_FARTHEST_MICROS = 9_000_000_000_000_000


@dataclass(frozen=True, slots=True)
class InfluxBars:
    """Reads the measurement `candles` of one bucket."""

    query: InfluxQuery

    def read(self, symbol: str, start: datetime, end: datetime) -> CandleSeries:
        """Return the bars of one minute that open in [start, end)."""
        table = self.query.columns(CANDLES, _FIELDS, _where(symbol, start, end))
        columns = [table[name].astype(np.float64) for name in _FIELDS]
        return CandleSeries(symbol, MINUTE_SECONDS, _times(table), *columns)

    def count(self, symbol: str, start: datetime, end: datetime) -> int:
        """Return how many bars open in [start, end); a tenth of reading them."""
        where = _where(symbol, start, end)
        rows = self.query.select("count(close)", CANDLES, where)
        return int(rows[0][1]) if rows else 0

    def open_times(self, symbol: str, start: datetime, end: datetime) -> Seconds:
        """Return the open times of the bars in [start, end)."""
        where = _where(symbol, start, end)
        return _times(self.query.columns(CANDLES, ("close",), where))

    def edge(self, symbol: str, which: str) -> datetime | None:
        """Return the open time of the `first` or `last` bar, None without bars."""
        rows = self.query.select(f"{which}(close)", CANDLES, _where(symbol))
        return to_datetime(rows[0][0]) if rows else None

    def symbols(self) -> list[str]:
        """Return the symbols that have bars, sorted."""
        rows = self.query.rows(f"SHOW TAG VALUES FROM {CANDLES} WITH KEY = symbol")
        return sorted(value for _, value in rows)

    def corrected_since(self, symbol: str, since: datetime) -> list[datetime]:
        """Return open times of bars whose numbers changed at or after `since`."""
        # Restored bars may carry a 0, for never.
        late = f"{_where(symbol)} AND corrected_at >= {max(micros(since), 1)}"
        rows = self.query.select("corrected_at", CANDLES, late)
        return [to_datetime(row[0]) for row in rows]

    def changes(self, symbol: str, start: datetime, end: datetime) -> list[Change]:
        """Return how the bars that open in [start, end) came to be, oldest first."""
        what = '"source", written_at, corrected_at'
        rows = self.query.select(what, CANDLES, _where(symbol, start, end))
        return [
            Change(to_datetime(at), source, from_micros(written), bool(corrected))
            for at, source, written, corrected in rows
        ]

    def compare(self, series: CandleSeries) -> tuple[Mask, Mask]:
        """Return of each bar whether it is stored, and whether just like that."""
        held = self.read(series.symbol, *span(series))
        known = np.isin(series.open_times, held.open_times)
        places = np.searchsorted(held.open_times, series.open_times[known])
        same = known.copy()
        for mine, theirs in zip(numbers(series), numbers(held), strict=True):
            same[known] &= mine[known] == theirs[places]
        return known, same


def span(series: CandleSeries) -> tuple[datetime, datetime]:
    """Return [start, end) of a series that has bars."""
    first, last = series.open_times[0], series.open_times[-1]
    return to_datetime(first), to_datetime(last + MINUTE_SECONDS)


def take(series: CandleSeries, chosen: Mask) -> CandleSeries:
    """Return the chosen bars of a series."""
    columns = [column[chosen] for column in numbers(series)]
    times = series.open_times[chosen]
    return CandleSeries(series.symbol, series.interval_seconds, times, *columns)


def numbers(series: CandleSeries) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Return the five columns of a series."""
    return series.opens, series.highs, series.lows, series.closes, series.volumes


def _times(table: NDArray[Any]) -> Seconds:
    return table["time"].astype(np.int64)


def _where(
    symbol: str, start: datetime | None = None, end: datetime | None = None
) -> str:
    text = f"symbol = {quote(symbol)} AND interval = {quote(INTERVAL)}"
    for sign, at in ((">=", start), ("<", end)):
        if at is not None:
            limit = max(-_FARTHEST_MICROS, min(micros(at), _FARTHEST_MICROS))
            text += f" AND time {sign} {limit}u"
    return text
