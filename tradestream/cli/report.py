"""`tradestream report`: the page of all that is found, or that of one strategy."""

from datetime import UTC, datetime
from pathlib import Path

import click

from tradestream.cli import output
from tradestream.cli.options import Moment
from tradestream.cli.records_options import records_options


@click.command(name="report", short_help="Write the report page.")
@click.option(
    "--out",
    "--output_file",
    "out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="HTML file to write, e.g. report.html; - is standard output.  "
    "[default with --strategy: strategy-ID.html]",
)
@click.option("--symbol", help="The only market wanted, e.g. BTC-USD.")
@click.option(
    "--strategy",
    help="Id of a strategy, or digits that only it begins with: its own page.",
)
@records_options
@click.option(
    "--candles_url",
    envvar="TRADESTREAM_CANDLES_URL",
    help="Candle store.  [default: the database of records]",
)
@click.option(
    "--candles_password_file",
    type=click.Path(path_type=Path),
    envvar="TRADESTREAM_CANDLES_PASSWORD_FILE",
    help="File holding its password.",
)
@click.option(
    "--simulator_url",
    help="Venue to ask what each market is.  [default: the small stack's]",
)
@click.option("--now", type=Moment(), help="Time of the page, UTC.  [default: now]")
def command(
    out: Path | None,
    symbol: str | None,
    strategy: str | None,
    data_dir: Path | None,
    postgres_url: str | None,
    postgres_password_file: Path | None,
    candles_url: str | None,
    candles_password_file: Path | None,
    simulator_url: str | None,
    now: datetime | None,
) -> None:
    """Write one self-contained page: markets, proof, equity, positions, signals.

    With --strategy, the page of one strategy: what it made before and after birth,
    its evidence, exam, search landscape, and robustness, and why it stands where it
    does. A page needs no network to be read and loads nothing.

    \b
    Examples:
      tradestream report --out report.html
      tradestream report --symbol BTC-USD --out btc.html
      tradestream report --strategy 3fa9c1e2
    """
    if strategy is not None and symbol is not None:
        raise click.UsageError("--symbol or --strategy is required, not both")
    if out is None:
        if strategy is None:
            raise click.UsageError("Missing option '--out' (the HTML file to write).")
        out = Path(f"strategy-{strategy.strip().lower()[:12]}.html")
    # Imported late: --help needs no database client.
    from tradestream.cli import connections
    from tradestream.report.build import build_page, build_strategy_page

    records = connections.postgres_place(data_dir, postgres_url, postgres_password_file)
    bars = (
        records
        if candles_url is None and postgres_url is not None
        else connections.candles_place(data_dir, candles_url, candles_password_file)
    )
    if simulator_url is None and postgres_url is None:
        simulator_url = connections.simulator_url(data_dir)
    connection = connections.connect_records(records)
    candles = connections.open_candles(bars)
    try:
        as_of = now or datetime.now(UTC)
        if strategy is not None:
            page = build_strategy_page(connection, candles, strategy, now=as_of)
        else:
            page = build_page(
                connection, candles, now=as_of, venue_url=simulator_url, symbol=symbol
            )
    finally:
        candles.close()
        connection.close()
    if str(out) == "-":
        output.write(page)
    else:
        output.write_file(out, page)
        output.note(f"wrote {out} ({len(page.encode()) // 1024:,} KiB)")
