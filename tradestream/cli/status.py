"""`tradestream status`: what of a stack runs, and where."""

import json
from pathlib import Path

import click

from tradestream.cli.stack import data_dir_option
from tradestream.local.place import Place
from tradestream.local.sizes import open_stack
from tradestream.local.stack import Stack

NOT_RUNNING = 3
_OTHER_COLUMNS = 40
KEYS = (
    "running",
    "data_dir",
    "size",
    "postgres_url",
    "postgres_password_file",
    "candles_url",
    "candles_password_file",
    "redis_url",
    "redis_password_file",
    "bus_url",
    "bus_password_file",
    "simulator_url",
    "page_url",
    "ports",
    "pids",
    "logs",
)


@click.command(name="status", short_help="Say what runs, and on which port.")
@data_dir_option
@click.option(
    "--output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print it.",
)
def command(data_dir: Path, output: str) -> None:
    """Say which parts of the stack run, and how to reach them.

    Exit status: 0 when all of it runs, 3 when not.

    With `--output json` the keys are always the same: running (all of it),
    data_dir, size, {postgres,candles,redis,bus}_{url,password_file},
    simulator_url, page_url, ports and pids by part, and logs. Where no stack was
    ever started, all but running and data_dir are null; a part that is stopped
    has its URL and a null pid.
    """
    stack = open_stack(data_dir)
    if not stack.exists():
        if output == "json":
            click.echo(json.dumps(describe_none(stack), indent=2))
        else:
            click.echo(f"no stack in {data_dir}")
        raise SystemExit(NOT_RUNNING)
    if output == "json":
        click.echo(json.dumps(describe(stack), indent=2))
    else:
        print_table(stack)
    if not all(stack.running().values()):
        raise SystemExit(NOT_RUNNING)


def describe(stack: Stack) -> dict[str, object]:
    """Return everything that a program needs to use the stack."""
    running = stack.running()
    return {
        "running": all(running.values()),
        "data_dir": str(stack.layout.root),
        "size": stack.size,
        **_place("postgres", stack.records),
        **_place("candles", stack.candles),
        **_place("redis", stack.redis),
        **_place("bus", stack.bus),
        "simulator_url": stack.url("simulator"),
        "page_url": stack.url("page"),
        "ports": stack.ports,
        "pids": {name: None if at is None else at.pid for name, at in running.items()},
        "logs": str(stack.layout.logs),
    }


def _place(name: str, place: Place) -> dict[str, str | None]:
    file = place.password_file
    return {
        f"{name}_url": place.url,
        f"{name}_password_file": None if file is None else str(file),
    }


def describe_none(stack: Stack) -> dict[str, object]:
    """Return the same for a folder without a stack: nothing is known of it."""
    known = {"running": False, "data_dir": str(stack.layout.root)}
    return {**dict.fromkeys(KEYS), **known}


def print_table(stack: Stack) -> None:
    """Print one line a part."""
    from rich.console import Console
    from rich.table import Table

    running = stack.running()
    table = Table(box=None, pad_edge=False)
    for title in ("part", "state", "pid"):
        table.add_column(title)
    table.add_column("url")
    for name in stack.names:
        handle = running[name]
        state = "[red]stopped" if handle is None else "[green]running"
        table.add_row(name, state, str(handle.pid) if handle else "", stack.url(name))
    console = Console()
    # Whole URLs, however narrow the screen: people copy them.
    longest = max(len(stack.url(name)) for name in stack.names)
    console.width = max(console.width, _OTHER_COLUMNS + longest)
    console.print(table, soft_wrap=True)
    console.print(f"data    {stack.layout.root}", soft_wrap=True)
    console.print(f"secrets {stack.layout.secrets}", soft_wrap=True)
