"""Options that say where the database of records is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[..., Any]

_OPTIONS = (
    click.option(
        "--data_dir",
        type=click.Path(path_type=Path),
        help="Folder of the local stack.  [default: the user's state folder]",
    ),
    click.option(
        "--postgres_url",
        envvar="TRADESTREAM_POSTGRES_URL",
        help="Database of records instead, e.g. postgresql://user@host/tradestream.",
    ),
    click.option(
        "--postgres_password_file",
        type=click.Path(path_type=Path),
        envvar="TRADESTREAM_POSTGRES_PASSWORD_FILE",
        help="File holding its password.",
    ),
)


def records_options(command: Command) -> Command:
    """Give a command `data_dir`, `postgres_url`, and `postgres_password_file`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
