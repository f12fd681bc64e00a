"""What the commands of a stack share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tradestream.errors import ConfigurationError
from tradestream.local.layout import default_data_dir
from tradestream.local.sizes import SIZES, open_stack
from tradestream.local.stack import Stack


def data_dir_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --data_dir."""
    return click.option(
        "--data_dir",
        type=click.Path(path_type=Path, file_okay=False),
        default=default_data_dir,
        help="Folder of the stack, e.g. /srv/tradestream."
        "  [default: tradestream in the user's state directory]",
    )(command)


def size_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --size."""
    return click.option(
        "--size",
        type=click.Choice(SIZES),
        help="small: PostgreSQL and Valkey; full: also Kafka, InfluxDB, Pushgateway,"
        " and Prometheus.  [default: that of the folder, else small]",
    )(command)


def started_stack(data_dir: Path) -> Stack:
    """Return the stack of a folder, which must have been started once."""
    stack = open_stack(data_dir)
    if not stack.exists():
        raise ConfigurationError(
            f"a stack is required in {data_dir}, was none; start it with"
            f" `tradestream up --data_dir {data_dir}`"
        )
    return stack
