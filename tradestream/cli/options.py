"""Options that the research commands share: bars, costs, times, intervals."""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any

import click

from tradestream.backtest.costs import Costs
from tradestream.candles import parse_interval
from tradestream.cli.series import Source
from tradestream.runtime.clock import FIRST_YEAR, LAST_YEAR


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
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.fail(
                f"a time from {FIRST_YEAR} to {LAST_YEAR} is required, was {value!r}",
                param,
                ctx,
            )
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found


class FiniteRange(click.FloatRange):
    """A number within bounds; click's own range lets nan through."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the number."""
        number: float = click.FLOAT.convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"a finite number is required, was {value}", param, ctx)
        return super().convert(number, param, ctx)


Command = Callable[..., Any]

_SOURCE_OPTIONS = (
    click.option(
        "--candles",
        type=click.Path(path_type=Path),
        help="CSV file of bars, .csv or .csv.gz: open_time,open,high,low,close,volume.",
    ),
    click.option(
        "--symbol",
        help="Market in the candle store, e.g. BTC-USD; with --candles, the name that "
        "the file's bars are given.  [default with --candles: from the file's name]",
    ),
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
        type=FiniteRange(0, 1),
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
        type=FiniteRange(0, 1000),
        default=10.0,
        show_default=True,
        help="Fee a side in basis points.",
    ),
    click.option(
        "--slippage_bps",
        type=FiniteRange(0, 1000),
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
