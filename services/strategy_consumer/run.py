"""From opened connections to one run, its log line, and its metrics."""

import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from psycopg2.extensions import connection as Connection

from services.strategy_consumer.consume import GROUP, Consumed, consume
from services.strategy_consumer.database import Database
from tradestream.bus.port import Bus
from tradestream.bus.topics import DISCOVERED_STRATEGIES
from tradestream.errors import UnavailableError
from tradestream.runtime.logs import get_logger
from tradestream.runtime.metrics import RoomMetrics
from tradestream.runtime.shutdown import Shutdown


def run_once(
    open_bus: Callable[[], Bus],
    connect: Callable[[], Connection],
    metrics: RoomMetrics,
    *,
    batch: int,
    budget_seconds: float,
    now: datetime,
) -> Consumed:
    """Open what is needed, drain the topic, and say what was stored.

    Args:
        open_bus: Opens the bus.
        connect: Connects to the database of records.
        metrics: Metrics of this room.
        batch: Messages stored in one transaction.
        budget_seconds: After this no new batch is begun.
        now: Time to note in new rows.

    Raises:
        UnavailableError: If something did not answer, or the bus kept back what
            waits.
    """
    started = time.monotonic()
    shutdown = Shutdown()

    def stop() -> bool:
        return shutdown.requested or time.monotonic() - started > budget_seconds

    with closing(open_bus()) as bus, closing(connect()) as connection:
        consumed = consume(bus, Database(connection), now=now, batch=batch, stop=stop)
        lag = bus.lag(DISCOVERED_STRATEGIES, GROUP)
        metrics.gauge("lag_messages").set(lag)
        if lag and not consumed.messages and not stop():
            # A group of Kafka gives nothing out while it waits for a member.
            raise UnavailableError(
                f"results were to be read, {lag} wait, but {GROUP} was given none"
            )
    seconds = time.monotonic() - started
    _tell(consumed, metrics, seconds)
    metrics.finish(now, seconds)
    return consumed


def _tell(consumed: Consumed, metrics: RoomMetrics, seconds: float) -> None:
    get_logger("strategy_consumer").info(
        "results stored",
        messages=consumed.messages,
        strategies_new=consumed.strategies,
        evaluations_new=consumed.evaluations,
        searches_new=consumed.trials,
        exams_answered=consumed.exams,
        dead_letters=sum(consumed.dead.values()),
        duration_seconds=round(seconds, 3),
    )
    metrics.counter("messages_total").inc(consumed.messages)
    metrics.counter("strategies_total").inc(consumed.strategies)
    metrics.counter("evaluations_total").inc(consumed.evaluations)
    metrics.counter("searches_total").inc(consumed.trials)
    metrics.counter("exams_total").inc(consumed.exams)
    for reason, count in consumed.dead.items():
        metrics.counter("dead_letters_total").inc(count, reason=reason)
