"""A whole run against real systems: decide, commit, publish."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg2.extensions import connection as Connection

from services.strategy_rotation.postgres_portfolio import ROOM, PostgresPortfolio
from services.strategy_rotation.rotate import Rotated, rotate
from tradestream.bus.port import Bus
from tradestream.outbox import publish_if_waiting
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was decided, and how many messages were published."""

    rotated: Rotated
    published: int


def run_once(
    connection: Connection,
    open_bus: Callable[[], Bus],
    *,
    statuses: Sequence[str],
    most: int,
    most_correlation: float,
    now: datetime,
) -> Outcome:
    """Rotate all symbols in one transaction, then publish what it announced.

    Raises:
        UnavailableError: If the database or the bus did not answer.
    """
    with transaction(connection) as cursor:
        rotated = rotate(
            PostgresPortfolio(cursor),
            statuses=statuses,
            most=most,
            most_correlation=most_correlation,
            now=now,
        )
        failpoint("strategy_rotation.before_commit")
    failpoint("strategy_rotation.database_committed")
    return Outcome(rotated, publish_if_waiting(connection, open_bus, ROOM, now))
