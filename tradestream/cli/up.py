"""`tradestream up`: start the small stack."""

import time
from pathlib import Path

import click

from tradestream.cli.stack import data_dir_option
from tradestream.cli.status import print_table
from tradestream.local.stack import Stack


@click.command(name="up", short_help="Start the small stack.")
@data_dir_option
def command(data_dir: Path) -> None:
    """Start PostgreSQL, Valkey, the simulated venue, and the page.

    What runs already is left alone, what crashed is started again, with its
    data. Ports are chosen once and stay.
    """
    started = time.monotonic()
    stack = Stack(data_dir)
    stack.up()
    print_table(stack)
    click.echo(f"ready in {time.monotonic() - started:.1f} s")
