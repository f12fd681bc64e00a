"""Where a research command takes its bars from: a file, or the candle store."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from tradestream.candle_files import infer_instrument, read_candles
from tradestream.candles import LEAST_BARS, CandleSeries
from tradestream.cli import output
from tradestream.errors import InvalidCandleError
from tradestream.instruments import Instrument


@dataclass(frozen=True, slots=True)
class Source:
    """Which bars are wanted, as typed on the command line."""

    candles: Path | None
    symbol: str | None
    interval: int | None
    start: datetime | None
    end: datetime | None
    max_missing: float
    data_dir: Path | None
    candles_url: str | None
    candles_password_file: Path | None

    def load(self) -> tuple[CandleSeries, Instrument]:
        """Return the bars and what their prices are multiples of.

        Raises:
            click.UsageError: If neither a file nor a symbol is named.
            InvalidCandleError: If the file is broken, there are no bars, or more are
                missing than --max_missing allows.
        """
        if self.candles is None and self.symbol is None:
            raise click.UsageError("--candles FILE or --symbol NAME is required")
        if self.candles is not None:
            series = read_candles(
                self.candles, symbol=self.symbol, interval_seconds=self.interval
            )
            series = self._cut(series)
            instrument = infer_instrument(series)
        else:
            series, instrument = self._from_store()
        self._check_missing(series)
        return series, instrument

    def _cut(self, series: CandleSeries) -> CandleSeries:
        if not len(series) or (self.start is None and self.end is None):
            return series
        first, last = series.open_times[0], series.open_times[-1]
        start = int(self.start.timestamp()) if self.start else first
        end = int(self.end.timestamp()) if self.end else last + 1
        low, high = series.open_times.searchsorted([start, end])
        return series.slice(int(low), int(high))

    def _from_store(self) -> tuple[CandleSeries, Instrument]:
        # Imported late: a command on a file needs no database client.
        from tradestream.cli.connections import candles_place, open_candles

        symbol = self.symbol or ""
        place = candles_place(
            self.data_dir, self.candles_url, self.candles_password_file
        )
        store = open_candles(place)
        try:
            first, last = store.first(symbol), store.last(symbol)
            if first is None or last is None:
                held = ", ".join(store.symbols()) or "no bars yet"
                raise InvalidCandleError(f"no bars of {symbol}, the store has {held}")
            series = store.read(
                symbol,
                self.interval or 60,
                self.start or first,
                self.end or last + timedelta(minutes=1),
            )
            return series, store.instrument(symbol) or infer_instrument(series)
        finally:
            store.close()

    def _check_missing(self, series: CandleSeries) -> None:
        if not len(series):
            raise InvalidCandleError(f"{series.symbol}: no bars in that span")
        if len(series) < LEAST_BARS:
            raise InvalidCandleError(
                f"{self.candles or series.symbol}: at least {LEAST_BARS} bars are "
                f"required in that span, was {len(series)}"
            )
        missing = series.missing()
        share = missing / (missing + len(series))
        if share > self.max_missing:
            raise InvalidCandleError(
                f"{series.symbol}: at most {self.max_missing:.1%} of bars may be "
                f"missing (--max_missing), was {share:.1%}"
            )
        if missing:
            output.note(
                f"{missing:,} of {missing + len(series):,} bars are missing; "
                "none was invented"
            )
