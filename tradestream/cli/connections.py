"""Connections of research commands: to URLs that were typed, else the small stack."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tradestream.candle_store.factory import open_candle_store
from tradestream.candle_store.port import CandleStore

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection


@dataclass(frozen=True, slots=True)
class Place:
    """A URL with the file of its password, None where the server trusts."""

    url: str
    password_file: Path | None


def candles_place(
    data_dir: Path | None, url: str | None, password_file: Path | None
) -> Place:
    """Return where the bars are.

    Raises:
        ConfigurationError: If no URL is given and there is no small stack.
    """
    if url is not None:
        return Place(url, password_file)
    # The small stack keeps its bars in its PostgreSQL.
    return postgres_place(data_dir, None, None)


def postgres_place(
    data_dir: Path | None, url: str | None, password_file: Path | None
) -> Place:
    """Return where strategies, proof, positions, and signals are.

    Raises:
        ConfigurationError: If no URL is given and there is no small stack.
    """
    if url is not None:
        return Place(url, password_file)
    # Imported late: a command with a URL of its own needs no small stack.
    from tradestream.cli.stack import started_stack
    from tradestream.local.layout import default_data_dir

    stack = started_stack(data_dir or default_data_dir())
    return Place(stack.url("postgres"), stack.layout.postgres_password)


def bus_place(
    data_dir: Path | None, url: str | None, password_file: Path | None
) -> Place:
    """Return where messages are.

    Raises:
        ConfigurationError: If no URL is given and there is no local stack.
    """
    if url is not None:
        return Place(url, password_file)
    from tradestream.cli.stack import started_stack
    from tradestream.local.layout import default_data_dir

    stack = started_stack(data_dir or default_data_dir())
    return Place(stack.url("redis"), stack.layout.redis_password)


def simulator_url(data_dir: Path | None) -> str | None:
    """Return where the small stack's venue is, None without a small stack."""
    from tradestream.local.layout import default_data_dir
    from tradestream.local.stack import Stack

    stack = Stack(data_dir or default_data_dir())
    return stack.url("simulator") if stack.exists() else None


def open_candles(place: Place) -> CandleStore:
    """Connect to the candle store of `place`."""
    return open_candle_store(place.url, _text(place))


def connect_records(place: Place) -> "Connection":
    """Connect to the database of `place`."""
    from tradestream.postgres import connect
    from tradestream.runtime.secrets import read_secret

    return connect(place.url, read_secret(_text(place)))


def _text(place: Place) -> str | None:
    return None if place.password_file is None else str(place.password_file)
