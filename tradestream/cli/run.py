"""`tradestream run`: one room against a stack."""

import os
from pathlib import Path

import click

from tradestream.cli.stack import data_dir_option, started_stack
from tradestream.local import rooms_to_run


@click.command(
    name="run",
    short_help="Run one room against a stack.",
    context_settings={"ignore_unknown_options": True},
)
@data_dir_option
@click.argument("room")
@click.argument("flags", nargs=-1, type=click.UNPROCESSED)
def command(data_dir: Path, room: str, flags: tuple[str, ...]) -> None:
    """Run ROOM with the URLs and passwords of the stack filled in.

    Everything after `--` goes to the room, e.g. `tradestream run candle_ingestor
    -- --backfill_start=1d`; the exit status is the room's.
    """
    stack = started_stack(data_dir)
    arguments = rooms_to_run.command(room, (*stack.worker_flags(room), *flags))
    os.execve(arguments[0], arguments, stack.environment())  # noqa: S606
