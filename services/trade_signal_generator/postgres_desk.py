"""Sized strategies, states, and signals in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from services.trade_signal_generator.states import (
    Signal,
    Sized,
    Stake,
    State,
    Terms,
    message,
)
from tradestream import outbox
from tradestream.bus.codec import encode
from tradestream.bus.topics import TRADE_SIGNALS
from tradestream.strategies.identity import canonical_parameters

ROOM = "trade_signal_generator"

# Two runs at once would each send the calls of a bar; the second waits.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('trade_signal_generator'))"
_OPEN = "SELECT count(*) FROM signal_states WHERE in_position"
_SYMBOLS = """
SELECT symbol FROM sized_positions
UNION SELECT symbol FROM signal_states WHERE active
"""
_TERMS = "interval, strategy_name, parameters, anchor_at, price_tick, volume_lot"
_STAKE = "size, risk_distance, break_even_fee_bps"
_SIZED = f"""
SELECT strategy_id, {_TERMS}, {_STAKE}
FROM sized_positions WHERE symbol = %s ORDER BY strategy_id
"""  # noqa: S608  names of our own columns
_STATES = f"""
SELECT strategy_id, symbol, {_TERMS}, {_STAKE},
    last_bar_at, in_position, active, history_digest
FROM signal_states WHERE symbol = %s ORDER BY strategy_id
"""  # noqa: S608
_SAVE = f"""
INSERT INTO signal_states (strategy_id, symbol, {_TERMS}, {_STAKE},
    last_bar_at, in_position, active, history_digest)
VALUES %s
ON CONFLICT (strategy_id) DO UPDATE SET
    parameters = excluded.parameters,
    anchor_at = excluded.anchor_at,
    price_tick = excluded.price_tick,
    volume_lot = excluded.volume_lot,
    size = excluded.size,
    risk_distance = excluded.risk_distance,
    break_even_fee_bps = excluded.break_even_fee_bps,
    last_bar_at = excluded.last_bar_at,
    in_position = excluded.in_position,
    active = excluded.active,
    history_digest = excluded.history_digest
"""  # noqa: S608
# A signal that is there already was announced with it.
_SIGNAL = f"""
INSERT INTO trade_signals (signal_id, strategy_id, symbol, interval, bar_open_at,
    action, reference_price, {_STAKE}, emitted_at, expires_at, replayed)
VALUES %s ON CONFLICT (signal_id) DO NOTHING RETURNING signal_id
"""  # noqa: S608


def symbols(cursor: Cursor) -> list[str]:
    """Return the symbols that there is something to do for, sorted."""
    cursor.execute(_SYMBOLS)
    return sorted(symbol for (symbol,) in cursor.fetchall())


def open_positions(cursor: Cursor) -> int:
    """Return how many strategies are in a position."""
    cursor.execute(_OPEN)
    return sum(count for (count,) in cursor.fetchall())


class PostgresDesk:
    """Reads and writes within the caller's transaction."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        cursor.execute(_LOCK)

    def sized(self, symbol: str) -> dict[str, Sized]:
        """Return the sized strategies of a symbol by id."""
        self._cursor.execute(_SIZED, (symbol,))
        return {
            row[0]: Sized(row[0], Terms(*row[1:7]), Stake(*row[7:]))
            for row in self._cursor.fetchall()
        }

    def states(self, symbol: str) -> dict[str, State]:
        """Return all states of a symbol by id."""
        self._cursor.execute(_STATES, (symbol,))
        return {row[0]: _state(row) for row in self._cursor.fetchall()}

    def save(
        self, states: Sequence[State], signals: Sequence[Signal], now: datetime
    ) -> list[Signal]:
        """Keep states and signals; write messages of the new ones to the outbox."""
        execute_values(self._cursor, _SAVE, [_state_row(state) for state in states])
        added = execute_values(
            self._cursor, _SIGNAL, [_signal_row(s) for s in signals], fetch=True
        )
        new = {signal_id for (signal_id,) in added}
        fresh = [s for s in signals if s.signal_id in new]
        announced = [
            encode(message(s), key=s.symbol, correlation_id=s.signal_id) for s in fresh
        ]
        outbox.add(self._cursor, ROOM, TRADE_SIGNALS, announced, now)
        return fresh


def _state(row: Sequence[Any]) -> State:
    return State(
        row[0],
        row[1],
        Terms(*row[2:8]),
        stake=Stake(*row[8:11]),
        last_bar_at=row[11],
        in_position=row[12],
        active=row[13],
        history_digest=row[14],
    )


def _state_row(state: State) -> tuple[object, ...]:
    terms, stake = state.terms, state.stake
    return (
        state.strategy_id, state.symbol, terms.interval, terms.strategy_name,
        canonical_parameters(terms.parameters), terms.anchor_at, terms.price_tick,
        terms.volume_lot, *stake, state.last_bar_at, state.in_position, state.active,
        state.history_digest,
    )  # fmt: skip


def _signal_row(signal: Signal) -> tuple[object, ...]:
    return (
        signal.signal_id, signal.strategy_id, signal.symbol, signal.interval,
        signal.bar_open_at, signal.action, signal.reference_price, *signal.stake,
        signal.emitted_at, signal.expires_at, signal.replayed,
    )  # fmt: skip
