"""The `tradestream` command: its subcommands are imported when they are typed."""

import importlib
import os
import sys

import click

from tradestream import __version__
from tradestream.errors import TradeStreamError, UnavailableError

COMMANDS = {
    "up": "Start the small stack, or what of it does not run.",
    "down": "Stop the small stack; its data stays.",
    "status": "Say what runs, and on which port.",
    "run": "Run one room against the small stack.",
    "demo": "Run the main line from candles to signals, and show the page.",
    "strategies": "List or explain the strategy types.",
    "backtest": "Backtest one strategy on past bars.",
    "signals": "Print the entries and exits of a strategy.",
    "search": "Search and judge strategies on a file, as a symbol's life.",
    "report": "Write the report page.",
}


class LazyGroup(click.Group):
    """A group whose commands live in `tradestream.cli.<name>.command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None when there is no such name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"tradestream.cli.{cmd_name}")
        command = module.command
        assert isinstance(command, click.Command)  # noqa: S101  the modules' contract
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the list of commands without importing any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tradestream")
def group() -> None:
    """Discover, prove, size, and signal trading strategies."""


def main() -> None:
    """Run the command line; errors of ours are one line.

    Exit status: 0 done, 1 something is wrong, 2 wrong usage, 75 a dependency
    was unavailable, 130 interrupted.
    """
    try:
        group(prog_name="tradestream", standalone_mode=True)
    except UnavailableError as error:
        click.echo(f"tradestream: {error}", err=True)
        sys.exit(os.EX_TEMPFAIL)
    except TradeStreamError as error:
        click.echo(f"tradestream: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
