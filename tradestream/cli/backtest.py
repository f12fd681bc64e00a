"""`tradestream backtest`: one strategy on one series of bars, in full."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradestream.backtest.costs import Costs
from tradestream.candles import CandleSeries, interval_label
from tradestream.cli import output
from tradestream.cli.options import cost_options, source_options
from tradestream.cli.parameters import complete_parameters, strategy_type
from tradestream.cli.series import Source

if TYPE_CHECKING:
    from tradestream.backtest.report import Backtest

_NUMBERS = (
    "final_equity", "total_return", "sharpe", "sortino", "max_drawdown", "volatility",
    "win_rate", "profit_factor", "exposure", "turnover", "buy_and_hold_return", "alpha",
    "beta", "break_even_fee_bps",
)  # fmt: skip
_PERCENT = frozenset(
    {"total_return", "max_drawdown", "volatility", "win_rate", "exposure", "alpha",
     "buy_and_hold_return"}
)  # fmt: skip

_YEARLY = frozenset({"sharpe", "sortino", "volatility", "alpha"})


@click.command(name="backtest", short_help="Backtest one strategy on past bars.")
@source_options
@click.option("--strategy", required=True, help="Strategy type, e.g. SMA_RSI.")
@click.option(
    "--params", help="Parameters, e.g. smaPeriod=10,emaPeriod=30; others by default."
)
@cost_options
@click.option(
    "--output",
    "form",
    type=click.Choice(["table", "json", "html"]),
    default="table",
    show_default=True,
    help="How to print the result.",
)
@click.option("--with_equity", is_flag=True, help="Put equity[] into the JSON, too.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="File for the HTML page instead of standard output.",
)
def command(
    source: Source,
    strategy: str,
    params: str | None,
    costs: Costs,
    form: str,
    with_equity: bool,
    out: Path | None,
) -> None:
    """Backtest one strategy on a CSV file or on a market of the candle store.

    Bought and sold at the open after the signal, all in, long only, net of fee and
    slippage. Ratios are fractions; what is undefined is null.

    \b
    Examples:
      tradestream backtest --candles BTC-USD.csv.gz --strategy SMA_EMA_CROSSOVER
      tradestream backtest --candles BTC-USD.csv --strategy SMA_RSI \\
          --params rsiPeriod=7,oversoldThreshold=25 --output json
      tradestream backtest --symbol BTC-USD --strategy EMA_MACD \\
          --output html --out backtest.html
    """
    if out is not None and form != "html":
        raise click.UsageError(f"--out needs --output html, was {form}")
    kind = strategy_type(strategy)
    parameters = complete_parameters(kind, params)
    series, instrument = source.load()
    # Imported late: --help and errors in the file need no engine.
    from tradestream.backtest.report import backtest

    result = backtest(series, instrument, costs, kind.name, parameters)
    if form == "json":
        output.write_json(backtest_json(result, with_equity=with_equity))
    elif form == "table":
        output.write_tables(_tables(result, series, costs))
    else:
        from tradestream.report.backtest_page import backtest_page

        page = backtest_page(result, series, instrument, costs)
        if out is None:
            output.write(page)
        else:
            output.write_file(out, page)


def backtest_json(result: "Backtest", *, with_equity: bool = False) -> dict[str, Any]:
    """Return a backtest as JSON has it; undefined numbers are None."""
    found: dict[str, Any] = {
        "strategy": result.strategy,
        "parameters": result.parameters,
        "bars": result.bars,
        "trades": len(result.trades),
        **{name: result.metrics[name] for name in _NUMBERS},
        "trade_list": [
            {
                "entry_time": trade.entry_time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "entry_price": trade.entry_price,
                "exit_time": trade.exit_time.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "exit_price": trade.exit_price,
                "return": trade.net_return,
            }
            for trade in result.trades
        ],
    }
    if with_equity:
        found["equity"] = result.equity.tolist()
    return found


def _tables(result: "Backtest", series: CandleSeries, costs: Costs) -> list[Any]:
    given = ", ".join(f"{name}={value:g}" for name, value in result.parameters.items())
    bars = f"{result.bars:,} bars of {interval_label(series.interval_seconds)}"
    table = output.table(None, ["", ""], numbers=1)
    table.add_row("trades", f"{len(result.trades):,}")
    for name in _NUMBERS:
        label = name.replace("_", " ") + (" a year" if name in _YEARLY else "")
        table.add_row(label, _text(name, result.metrics[name]))
    span = (
        f"{series.symbol}, {bars}, fee {costs.fee_bps:g} bps, "
        f"slippage {costs.slippage_bps:g} bps a side"
    )
    return [f"{result.strategy}  {given}", span, table]


def _text(name: str, value: float | int | None) -> str:
    if value is None:
        return "undefined"
    return f"{value * 100:,.2f} %" if name in _PERCENT else f"{value:,.2f}"
