"""Where a research command takes its bars from: a file, or the candle store."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click

from tradestream.backtest.costs import Costs
from tradestream.candle_files import infer_instrument, read_candles
from tradestream.candles import CandleSeries, parse_interval
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
                held = ", ".join(store.symbols()) or "none at all"
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


class Interval(click.ParamType[int]):
    """A length of a bar such as 1m, 5m, 1h."""

    name = "interval"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Return seconds."""
        if isinstance(value, int):
            return value
        try:
            return parse_interval(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class Moment(click.ParamType[datetime]):
    """A time in UTC such as 2023-03-01 or 2023-03-01T12:00:00Z."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return an aware time; a time without a zone is UTC."""
        if isinstance(value, datetime):
            return value
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            self.fail(
                f"a time such as 2023-03-01T12:00:00Z is required, was {value!r}",
                param,
                ctx,
            )
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found


Command = Callable[..., Any]

_SOURCE_OPTIONS = (
    click.option(
        "--candles",
        type=click.Path(path_type=Path),
        help="CSV file of bars, .csv or .csv.gz: open_time,open,high,low,close,volume.",
    ),
    click.option("--symbol", help="Market in the candle store, e.g. BTC-USD."),
    click.option(
        "--interval",
        type=Interval(),
        help="Length of a bar, e.g. 1m, 5m, 1h.  [default: the file's commonest "
        "spacing; 1m from the store]",
    ),
    click.option("--start", type=Moment(), help="First bar wanted, UTC."),
    click.option("--end", type=Moment(), help="End of the span, UTC, exclusive."),
    click.option(
        "--max_missing",
        type=click.FloatRange(0, 1),
        default=0.05,
        show_default=True,
        help="Largest share of bars that may be missing.",
    ),
)

_STACK_OPTIONS = (
    click.option(
        "--data_dir",
        type=click.Path(path_type=Path),
        help="Folder of the small stack.  [default: the user's state folder]",
    ),
    click.option(
        "--candles_url",
        envvar="TRADESTREAM_CANDLES_URL",
        help="Candle store to read instead, e.g. postgresql://user@host/tradestream.",
    ),
    click.option(
        "--candles_password_file",
        type=click.Path(path_type=Path),
        envvar="TRADESTREAM_CANDLES_PASSWORD_FILE",
        help="File holding its password.",
    ),
)

_COST_OPTIONS = (
    click.option(
        "--fee_bps",
        type=click.FloatRange(0, 1000),
        default=10.0,
        show_default=True,
        help="Fee a side in basis points.",
    ),
    click.option(
        "--slippage_bps",
        type=click.FloatRange(0, 1000),
        default=2.0,
        show_default=True,
        help="Slippage a side in basis points.",
    ),
)


def source_options(command: Command) -> Command:
    """Give a command the options that name its bars, as one argument `source`."""

    @wraps(command)
    def wrapped(**options: Any) -> Any:
        names = Source.__dataclass_fields__
        source = Source(**{name: options.pop(name) for name in names})
        return command(source=source, **options)

    return _with(wrapped, _SOURCE_OPTIONS + _STACK_OPTIONS)


def cost_options(command: Command) -> Command:
    """Give a command the options of costs, as one argument `costs`."""

    @wraps(command)
    def wrapped(fee_bps: float, slippage_bps: float, **options: Any) -> Any:
        return command(costs=Costs(fee_bps, slippage_bps), **options)

    return _with(wrapped, _COST_OPTIONS)


def _with(command: Command, options: tuple[Command, ...]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
