"""`tradestream signals`: where a strategy says enter and exit, a row for each bar."""

import click
import numpy as np
from numpy.typing import NDArray

from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries
from tradestream.cli import output
from tradestream.cli.options import source_options
from tradestream.cli.parameters import complete_parameters, strategy_type
from tradestream.cli.series import Source

_CHUNK_ROWS = 50_000


@click.command(name="signals", short_help="Print a strategy's signals, a row a bar.")
@source_options
@click.option("--strategy", required=True, help="Strategy type, e.g. SMA_RSI.")
@click.option(
    "--params", help="Parameters, e.g. smaPeriod=10,emaPeriod=30; others by default."
)
def command(source: Source, strategy: str, params: str | None) -> None:
    """Print CSV open_time,enter,exit (0 or 1), one row for each bar.

    A signal is decided at the close of its bar and filled at the open of the next.
    Whether there is a position is not looked at.

    \b
    Examples:
      tradestream signals --candles BTC-USD.csv.gz --strategy DONCHIAN_BREAKOUT
      tradestream signals --symbol BTC-USD --strategy SMA_RSI --params rsiPeriod=7
    """
    kind = strategy_type(strategy)
    parameters = complete_parameters(kind, params)
    series, instrument = source.load()
    # Imported late: --help and errors in the file need no engine.
    from tradestream.backtest.window import Window

    window = Window(series, instrument, Costs())
    enter, leave = window.signals(kind.name, parameters)
    output.write("open_time,enter,exit\n")
    for first in range(0, len(series), _CHUNK_ROWS):
        part = slice(first, first + _CHUNK_ROWS)
        output.write(_rows(series, enter, leave, part))


def _rows(
    series: CandleSeries,
    enter: NDArray[np.bool_],
    leave: NDArray[np.bool_],
    part: slice,
) -> str:
    times = np.datetime_as_string(series.open_times[part].astype("datetime64[s]"))
    rows = zip(times, enter[part], leave[part], strict=True)
    return "".join(f"{at}Z,{on:d},{off:d}\n" for at, on, off in rows)
