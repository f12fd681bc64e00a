"""`tradestream down`: stop a stack."""

from pathlib import Path

import click

from tradestream.cli.stack import data_dir_option
from tradestream.local.sizes import open_stack


@click.command(name="down", short_help="Stop a stack.")
@data_dir_option
def command(data_dir: Path) -> None:
    """Stop what runs of the stack; its data and ports stay."""
    stack = open_stack(data_dir)
    if not stack.layout.exists():
        click.echo(f"no stack in {data_dir}")
        return
    stack.down()
    click.echo(f"stopped; data stays in {data_dir}")
