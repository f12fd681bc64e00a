"""`tradestream trace`: the whole way of one id, from request to signal."""

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tradestream.bus.security import BusSecurity
from tradestream.cli import output
from tradestream.cli.bus_options import bus_security_options
from tradestream.cli.connections import (
    bus_place,
    connect_records,
    postgres_place,
)
from tradestream.cli.records_options import records_options
from tradestream.cli.trace_text import text_of
from tradestream.errors import UnavailableError

if TYPE_CHECKING:
    from tradestream.bus.port import Bus
    from tradestream.trace.model import Way


@click.command(name="trace", short_help="Print the whole way of one id.")
@click.argument("identity", metavar="ID")
@records_options
@click.option(
    "--bus_url",
    envvar="TRADESTREAM_BUS_URL",
    help="Message bus instead, e.g. redis://host:6379/0 or kafka://host:9092; "
    "without it, --postgres_url is asked alone.",
)
@bus_security_options
@click.option(
    "--scan",
    type=click.IntRange(0, 10_000_000),
    default=20_000,
    show_default=True,
    help="Newest messages of each topic to look through; 0: none.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, also to a terminal.")
def command(
    identity: str,
    data_dir: Path | None,
    postgres_url: str | None,
    postgres_password_file: Path | None,
    bus_url: str | None,
    security: BusSecurity,
    scan: int,
    as_json: bool,
) -> int:
    """Print everything that happened to one matter, in order of time.

    ID is that of a search request, exam, strategy, evaluation, or signal, a
    correlation id of a log line, or the beginning of one (4 characters or more);
    an exam may be named by its number, BTC-USD#3. Times are UTC. A terminal gets
    text, a pipe JSON.

    Exit status: 0 done, 1 nothing has that ID or something is wrong, 75 the database
    or the bus did not answer; what the other knows is printed before.

    \b
    Examples:
      tradestream trace 3f9ac2
      tradestream trace 'BTC-USD#3' --json | jq '.steps[].what'
      tradestream trace 3f9ac2 --bus_url=kafka://kafka:9092 \\
        --postgres_url=postgresql://tradestream@postgres/tradestream
    """
    records = postgres_place(data_dir, postgres_url, postgres_password_file)
    if bus_url is None and postgres_url is not None:
        scan = 0
    # Imported late: --help needs no clients.
    from tradestream.trace.walk import walk

    connection = connect_records(records)
    try:
        bus = _bus(data_dir, bus_url, security) if scan else _no_bus
        way = walk(connection, bus, identity.strip(), scan=scan)
    finally:
        connection.close()
    if as_json or not sys.stdout.isatty():
        output.write_json(_json(way))
    else:
        output.write(text_of(way, shutil.get_terminal_size().columns))
    if way.unasked is None:
        return os.EX_OK
    output.note(f"steps of the bus are missing: {way.unasked}")
    return os.EX_TEMPFAIL


def _bus(
    data_dir: Path | None, url: str | None, security: BusSecurity
) -> "Callable[[], Bus]":
    from tradestream.bus.factory import open_bus

    if url is not None:
        return partial(open_bus, url, security=security)
    place = bus_place(data_dir)
    return partial(open_bus, place.url, place.password_file)


def _no_bus() -> "Bus":
    raise UnavailableError("no bus was asked for")


def _json(way: "Way") -> dict[str, Any]:
    return {
        **asdict(way.match),
        "notes": list(way.notes),
        "unasked": way.unasked,
        "steps": [
            {
                "at": None if step.at is None else step.at.astimezone(UTC).isoformat(),
                "what": step.what,
                "source": step.source,
                "identity": step.identity,
                "details": dict(step.details),
            }
            for step in way.steps
        ],
    }
