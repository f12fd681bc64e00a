"""A whole run against real systems: symbol by symbol, commit, then publish."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from psycopg2.extensions import connection as Connection

from services.trade_signal_generator.arrivals import Patience, arrivals
from services.trade_signal_generator.postgres_desk import (
    ROOM,
    PostgresDesk,
    open_positions,
    symbols,
)
from services.trade_signal_generator.settings import MINUTE, Settings, Tally
from services.trade_signal_generator.states import Signal
from tradestream.bus.port import Bus
from tradestream.outbox import publish_if_waiting
from tradestream.postgres import transaction
from tradestream.runtime.failpoints import failpoint
from tradestream.runtime.logs import get_logger
from tradestream.runtime.matter import of, working_on

if TYPE_CHECKING:
    from tradestream.candle_store.port import CandleStore


@dataclass(frozen=True, slots=True)
class Systems:
    """What a run works with.

    Attributes:
        connection: The database of records.
        open_candles: Opens the store of bars; called only if there is work.
        open_bus: Opens the bus; called only if something waits to be sent.
        clock: What time it is; asked again after waiting for bars.
        patience: How long to wait for bars.
    """

    connection: Connection
    open_candles: "Callable[[], CandleStore]"
    open_bus: Callable[[], Bus]
    clock: Callable[[], datetime]
    patience: Patience


def run_once(systems: Systems, settings: Settings) -> tuple[Tally, int]:
    """Bring all signals up to the newest bars; return counts and messages sent.

    Each symbol is a transaction of its own and is published before the next one
    is looked at, so that no signal waits for the bars of another symbol.

    Raises:
        UnavailableError: If the database, the store, or the bus did not answer.
    """
    tally, published = Tally(), _publish(systems)
    with transaction(systems.connection) as cursor:
        busy = symbols(cursor)
    if busy:
        published += _generate_all(busy, systems, settings, tally)
    with transaction(systems.connection) as cursor:
        tally.open_positions = open_positions(cursor)
    return tally, published


def _generate_all(
    busy: Sequence[str], systems: Systems, settings: Settings, tally: Tally
) -> int:
    published = 0
    with closing(systems.open_candles()) as candles:
        for symbol in arrivals(
            busy,
            candles.last,
            now=systems.clock(),
            max_age=settings.max_age,
            patience=systems.patience,
        ):
            signals = _generate(symbol, candles, systems, settings, tally)
            _count(signals, tally)
            if signals:
                published += _publish(systems)
    return published


def _generate(
    symbol: str,
    candles: "CandleStore",
    systems: Systems,
    settings: Settings,
    tally: Tally,
) -> list[Signal]:
    from services.trade_signal_generator.advance import Run
    from services.trade_signal_generator.generate import generate
    from services.trade_signal_generator.late_engine import LateEngine

    run = Run(settings, tally, LateEngine().signals, systems.clock())
    with transaction(systems.connection) as cursor:
        signals = generate(PostgresDesk(cursor), candles, symbol, run)
        failpoint("trade_signal_generator.before_commit")
    failpoint("trade_signal_generator.database_committed")
    return signals


def _publish(systems: Systems) -> int:
    return publish_if_waiting(
        systems.connection, systems.open_bus, ROOM, systems.clock()
    )


def _count(signals: Sequence[Signal], tally: Tally) -> None:
    log = get_logger(ROOM)
    for signal in signals:
        with working_on("signal", of(signal.signal_id), follows=signal.strategy_id):
            log.info(
                f"signal to {signal.action.lower()}",
                strategy_id=signal.strategy_id,
                symbol=signal.symbol,
                bar_open_at=signal.bar_open_at.isoformat(),
                replayed=signal.replayed,
            )
        kind = "replayed" if signal.replayed else signal.action.lower()
        tally.signals[kind] += 1
        if not signal.replayed:
            closed = signal.bar_open_at + MINUTE
            tally.ages.append((signal.emitted_at - closed).total_seconds())
