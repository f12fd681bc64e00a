"""What a room connects to, and the flag that only tries that.

The tests of an installation run a room's own binary, with its own flags, from where
the room runs.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import Protocol

from absl import flags

from tradestream.errors import ConfigurationError
from tradestream.runtime.logs import get_logger

ALL = "all"

_openers: "dict[str, Callable[[], Connection]]" = {}


class Connection(Protocol):
    """What was opened."""

    def close(self) -> None:
        """Let go of it."""
        ...


def offer(name: str, opener: Callable[[], Connection]) -> None:
    """Let --only_check_connections try this connection.

    Args:
        name: What it is, e.g. `bus`.
        opener: Connects; raises UnavailableError or ConfigurationError if it fails.
    """
    _openers[name] = opener


def offer_question(name: str, ask: Callable[[], object]) -> None:
    """Let --only_check_connections ask a server that no connection is kept to.

    Args:
        name: What it is, e.g. `venue`.
        ask: Asks it something; raises a TradeStreamError if it does not answer well.
    """

    def asked() -> Connection:
        ask()
        return ExitStack()

    offer(name, asked)


def define_flag() -> None:
    """Define --only_check_connections."""
    flags.DEFINE_list(
        "only_check_connections",
        [],
        "Connect to these alone, e.g. bus,candles, or all, and exit; do not run.",
    )


def asked() -> bool:
    """Whether the flag was given, so that the room shall not run."""
    return bool(flags.FLAGS.only_check_connections)


def check(room: str) -> None:
    """Open and close what the flag names, and write a line for each.

    Raises:
        ConfigurationError: If the room has no such connection, or one is refused.
        UnavailableError: If one does not answer.
    """
    names: list[str] = flags.FLAGS.only_check_connections
    for name in list(_openers) if names == [ALL] else names:
        if name not in _openers:
            known = ", ".join(_openers) or "none"
            raise ConfigurationError(
                f"a connection of {room} is required ({known}), was {name}"
            )
        started = time.monotonic()
        with closing(_openers[name]()):
            seconds = round(time.monotonic() - started, 3)
        get_logger(room).info("connected", connection=name, seconds=seconds)
