"""`tradestream study pooled`: does an exam of symbols that move alike keep its size?"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tradestream.cli import output

if TYPE_CHECKING:
    from tradestream.candles import CandleSeries

_RECORDED = (
    Path(__file__).resolve().parents[2]
    / "services/exchange_simulator/recordings"
    / "BTC-USD_1m_2023-03-01_2023-03-14.csv.gz"
)
_BAR_SECONDS = 300


@click.command(name="pooled")
@click.option(
    "--lives",
    "count",
    type=click.IntRange(1, 100_000),
    default=50,
    show_default=True,
    help="Groups without an edge, each examined at zero and at the usual costs.",
)
@click.option(
    "--days",
    type=click.IntRange(2, 28),
    default=14,
    show_default=True,
    help="Length of the exam.",
)
@click.option(
    "--candles",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Recorded bars, one file a symbol, of the same hours; give it twice or more."
    "  [default: symbols made of 14 days of BTC-USD]",
)
@click.option(
    "--symbols",
    type=click.IntRange(2, 100),
    default=5,
    show_default=True,
    help="How many are made when no files are given.",
)
@click.option(
    "--share",
    type=click.FloatRange(0.0, 1.0),
    default=0.8,
    show_default=True,
    help="How much made symbols correlate.",
)
def command(
    count: int, days: int, candles: tuple[Path, ...], symbols: int, share: float
) -> None:
    """Count how often the pooled exam passes something where nothing is.

    Recorded bars of several symbols are drawn again in blocks of the same hours,
    each bar upright or upside down with all symbols at once: no edge is left, but
    what they share stays shared.

    \b
    Examples:
      tradestream study pooled --lives 20
      tradestream study pooled --candles ETH.csv.gz --candles LTC.csv.gz
    """
    # Imported late: --help needs no engine.
    from tradestream.backtest.costs import Costs
    from tradestream.study.pooled import lives, sizes

    series = _recorded(candles, symbols, share)
    found = []
    for life in lives(series, count, days, [Costs(0.0, 0.0), Costs()]):
        found.append(life)
        output.note(f"{len(found)}/{2 * count} p {life.p:.3f}")
    alike = sum(life.correlation for life in found) / len(found)
    table = output.table(
        f"{len(series)} symbols, {days} days, mean correlation of hours {alike:.2f}",
        ["costs a side", "nominal", "passed", "of", "share", "95 % interval"],
        numbers=5,
    )
    for size in sizes(found):
        low, high = size.passed.interval
        table.add_row(
            f"{size.costs.fee_bps + size.costs.slippage_bps:g} bps",
            f"{size.nominal:.1%}",
            str(size.passed.count),
            str(size.passed.of),
            f"{size.passed.value:.1%}",
            f"{low:.1%} … {high:.1%}",
        )
    output.write_tables([table])


def _recorded(
    candles: tuple[Path, ...], symbols: int, share: float
) -> "list[CandleSeries]":
    from tradestream.candle_files import read_candles
    from tradestream.candles import aggregate
    from tradestream.study.pooled import entangled, shared_hours

    if candles:
        try:
            return shared_hours([read_candles(path) for path in candles])
        except ValueError as error:
            raise click.UsageError(f"--candles: {error}") from error
    bars = aggregate(read_candles(_RECORDED), _BAR_SECONDS)
    return entangled(bars, symbols, share)
