"""`tradestream up`: start a stack."""

import time
from pathlib import Path

import click

from tradestream.cli.stack import data_dir_option, size_option
from tradestream.cli.status import print_table
from tradestream.local.sizes import open_stack


@click.command(name="up", short_help="Start a stack.")
@data_dir_option
@size_option
def command(data_dir: Path, size: str | None) -> None:
    """Start PostgreSQL, Valkey, the simulated venue, and the page.

    With `--size=full` also Kafka, InfluxDB, a Pushgateway, and Prometheus, which
    `make full-parts` brings. What runs already is left alone, what crashed is
    started again, with its data. Ports are chosen once and stay.
    """
    started = time.monotonic()
    stack = open_stack(data_dir, size)
    stack.up()
    print_table(stack)
    click.echo(f"ready in {time.monotonic() - started:.1f} s")
