"""The `tradestream` command: its subcommands are imported when they are typed."""

import errno
import importlib
import os
import sys
from typing import NoReturn

import click

from tradestream import __version__
from tradestream.errors import TradeStreamError, UnavailableError

INTERRUPTED = 130
_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)

COMMANDS = {
    "up": "Start the stack, or what of it does not run.",
    "down": "Stop the stack; its data stays.",
    "status": "Say what runs, and on which port.",
    "run": "Run one room against the stack.",
    "demo": "Run the main line from candles to signals, and show the page.",
    "strategies": "List or explain the strategy types.",
    "backtest": "Backtest one strategy on past bars.",
    "signals": "Print the entries and exits of a strategy.",
    "search": "Search and judge strategies on a file, as a symbol's life.",
    "gate": "Score the gate by what came after its verdicts.",
    "candles": "Prepare a candle store, or copy bars between two.",
    "topics": "Make the topics of Kafka, the bus of the full size, as declared.",
    "roles": "Make one Postgres role a room.",
    "trace": "Print the whole way of one request, strategy, or signal.",
    "report": "Write the report page.",
    "study": "Measure the gate on markets whose truth is known.",
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
    """Run the command line; whatever is wrong is said in one line.

    Exit status: 0 done, 1 something is wrong, 75 a dependency was unavailable,
    130 interrupted.
    """
    try:
        # Without standalone mode, what is wrong comes here instead of being printed
        # with a usage text; the value is the status that a command asked for.
        status = group(prog_name="tradestream", standalone_mode=False) or 0
        sys.stdout.flush()
        sys.exit(status)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(1)
    except click.ClickException as error:
        _fail(_one_line(error), 1)
    except UnavailableError as error:
        _fail(str(error), os.EX_TEMPFAIL)
    except TradeStreamError as error:
        _fail(str(error), 1)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Nobody reads any more (`| head`); Python would complain again at exit.
        _silence()
        sys.exit(0)
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        _silence()
        _fail(f"cannot write: {error.strerror}", 1)


def _silence() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_line(error: click.ClickException) -> str:
    text = " ".join(error.format_message().split()).rstrip(".")
    if isinstance(error, click.UsageError) and error.ctx is not None:
        text += f" (see {error.ctx.command_path} --help)"
    return text[:1].lower() + text[1:]


def _fail(text: str, status: int) -> NoReturn:
    sys.stderr.write(f"tradestream: {text}\n")
    sys.exit(status)


if __name__ == "__main__":
    main()
