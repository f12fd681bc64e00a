"""Connections of research commands: to URLs that were typed, else the stack."""

from pathlib import Path
from typing import TYPE_CHECKING

from tradestream.candle_store.factory import open_candle_store
from tradestream.candle_store.port import CandleStore
from tradestream.local.place import Place

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

    from tradestream.local.stack import Stack


def candles_place(
    data_dir: Path | None, url: str | None, password_file: Path | None
) -> Place:
    """Return where the bars are.

    Raises:
        ConfigurationError: If no URL is given and there is no stack.
    """
    if url is not None:
        return Place(url, password_file)
    return _stack(data_dir).candles


def postgres_place(
    data_dir: Path | None, url: str | None, password_file: Path | None
) -> Place:
    """Return where strategies, proof, positions, and signals are.

    Raises:
        ConfigurationError: If no URL is given and there is no stack.
    """
    if url is not None:
        return Place(url, password_file)
    return _stack(data_dir).records


def bus_place(data_dir: Path | None) -> Place:
    """Return where messages of the stack are.

    Raises:
        ConfigurationError: If there is no stack.
    """
    return _stack(data_dir).bus


def simulator_url(data_dir: Path | None) -> str | None:
    """Return where the stack's venue is, None without a stack."""
    from tradestream.local.layout import default_data_dir
    from tradestream.local.sizes import open_stack

    stack = open_stack(data_dir or default_data_dir())
    return stack.url("simulator") if stack.exists() else None


def open_candles(place: Place) -> CandleStore:
    """Connect to the candle store of `place`."""
    return open_candle_store(place.url, _text(place))


def connect_records(place: Place) -> "Connection":
    """Connect to the database of `place`."""
    from tradestream.postgres import connect
    from tradestream.runtime.secrets import read_secret

    return connect(place.url, read_secret(_text(place)))


def _stack(data_dir: Path | None) -> "Stack":
    # Imported late: a command with a URL of its own needs no stack.
    from tradestream.cli.stack import started_stack
    from tradestream.local.layout import default_data_dir

    return started_stack(data_dir or default_data_dir())


def _text(place: Place) -> str | None:
    return None if place.password_file is None else str(place.password_file)
