"""`tradestream status`: what of the small stack runs, and where."""

import json
from pathlib import Path

import click

from tradestream.cli.stack import data_dir_option
from tradestream.local.stack import NAMES, Stack

NOT_RUNNING = 3


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
    """Say which parts of the small stack run, and how to reach them.

    Exit status: 0 when all of it runs, 3 when not.
    """
    stack = Stack(data_dir)
    if not stack.exists():
        if output == "json":
            click.echo(json.dumps({"running": False, "data_dir": str(data_dir)}))
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
        "postgres_url": stack.url("postgres"),
        "postgres_password_file": str(stack.layout.postgres_password),
        "candles_url": stack.url("postgres"),
        "candles_password_file": str(stack.layout.postgres_password),
        "redis_url": stack.url("redis"),
        "redis_password_file": str(stack.layout.redis_password),
        "bus_url": stack.url("redis"),
        "bus_password_file": str(stack.layout.redis_password),
        "simulator_url": stack.url("simulator"),
        "page_url": stack.url("page"),
        "ports": stack.ports,
        "pids": {name: None if at is None else at.pid for name, at in running.items()},
        "logs": str(stack.layout.logs),
    }


def print_table(stack: Stack) -> None:
    """Print one line a part."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("part", "state", "pid", "url"):
        table.add_column(title)
    running = stack.running()
    for name in NAMES:
        handle = running[name]
        state = "[red]stopped" if handle is None else "[green]running"
        table.add_row(name, state, str(handle.pid) if handle else "", stack.url(name))
    console = Console()
    console.print(table, soft_wrap=True)
    console.print(f"data    {stack.layout.root}", soft_wrap=True)
    console.print(f"secrets {stack.layout.secrets}", soft_wrap=True)
