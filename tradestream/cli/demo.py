"""`tradestream demo`: the main line from candles to signals, on one machine."""

import sys
from pathlib import Path

import click

from tradestream.cli.stack import size_option

INTERRUPTED = 130
_DEFAULT = Path(__file__).parents[2] / "build" / "demo"


@click.command(name="demo", short_help="Run the main line from candles to signals.")
@click.option(
    "--data_dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=_DEFAULT,
    help="Folder of the demo's own stack, wiped at the start; empty, or that of an "
    "earlier demo, never one of `tradestream up`.  [default: build/demo]",
)
@click.option(
    "--exit/--stay",
    "leave",
    default=None,
    help="Stop after the tables, or go on in real time until Ctrl-C.  "
    "[default: go on in a terminal]",
)
@size_option
@click.option("--keep", is_flag=True, help="Go on with the data of the last demo.")
def command(data_dir: Path, leave: bool | None, size: str | None, keep: bool) -> None:
    """Start a stack, run every room of the main line, and show the page.

    Each room is a process of its own, on simulated markets that say what they
    are. Nothing is left running afterwards.
    """
    from tradestream.local.demo.run import run_demo

    stay = sys.stdout.isatty() if leave is None else not leave
    try:
        run_demo(data_dir, size=size, stay=stay, keep=keep)
    except KeyboardInterrupt:
        click.echo("interrupted; everything is stopped", err=True)
        sys.exit(INTERRUPTED)
