"""A whole run against real systems: decide, commit, publish."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from psycopg2.extensions import connection as Connection

from services.risk_adjusted_sizing.postgres_positions import ROOM, PostgresPositions
from services.risk_adjusted_sizing.size import Settings, Sized, size_all
from tradestream.bus.port import Bus
from tradestream.outbox import publish_if_waiting
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint

if TYPE_CHECKING:
    from tradestream.candle_store.port import CandleStore


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, and how many messages were published."""

    sized: Sized
    published: int


def run_once(
    connection: Connection,
    open_candles: "Callable[[], CandleStore]",
    open_bus: Callable[[], Bus],
    settings: Settings,
    *,
    now: datetime,
) -> Outcome:
    """Size all symbols in one transaction, then publish what it announced.

    Raises:
        UnavailableError: If the database, the store, or the bus did not answer.
    """
    with ExitStack() as opened, transaction(connection) as cursor:
        sized = size_all(
            PostgresPositions(cursor),
            lambda: opened.enter_context(closing(open_candles())),
            settings,
            now=now,
        )
        failpoint("risk_adjusted_sizing.before_commit")
    failpoint("risk_adjusted_sizing.database_committed")
    return Outcome(sized, publish_if_waiting(connection, open_bus, ROOM, now))
