"""Approved strategies and sized positions in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from psycopg2.extensions import cursor as Cursor
from psycopg2.extras import execute_values

from services.risk_adjusted_sizing.positions import Approved, Position, message
from tradestream import outbox
from tradestream.bus.codec import encode
from tradestream.bus.topics import SIZED_POSITIONS
from tradestream.strategies.identity import canonical_parameters

ROOM = "risk_adjusted_sizing"

# Two runs at once would each write whole sets; the second waits for the first.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('risk_adjusted_sizing'))"
_APPROVED = """
SELECT a.strategy_id, a.symbol, a.interval, a.strategy_name, a.parameters, a.anchor_at,
    a.price_tick, a.volume_lot,
    (e.metrics ->> 'adverse_excursion_p95')::double precision,
    (e.metrics ->> 'break_even_fee_bps')::double precision
FROM approved_strategies a JOIN evaluations e USING (evaluation_id)
ORDER BY a.strategy_id
"""
_HELD = """
SELECT strategy_id, symbol, interval, strategy_name, parameters, anchor_at, price_tick,
    volume_lot, NULL, break_even_fee_bps, size, risk_distance, binding_limit
FROM sized_positions ORDER BY strategy_id
"""
_INSERT = """
INSERT INTO sized_positions
    (strategy_id, symbol, interval, strategy_name, parameters, anchor_at, price_tick,
    volume_lot, size, risk_distance, break_even_fee_bps, binding_limit, as_of)
VALUES %s
"""
_REMEMBER = """
INSERT INTO sizing_inputs (fingerprint, sized_at) VALUES (%s, %s)
ON CONFLICT (singleton) DO UPDATE
SET fingerprint = excluded.fingerprint, sized_at = excluded.sized_at
"""


class PostgresPositions:
    """Reads and writes within the caller's transaction."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        cursor.execute(_LOCK)

    def approved(self) -> list[Approved]:
        """Return the approved strategies, by id."""
        self._cursor.execute(_APPROVED)
        return [Approved(*row) for row in self._cursor.fetchall()]

    def fingerprint(self) -> str:
        """Return what the held sizes were computed from, empty when never sized."""
        self._cursor.execute("SELECT fingerprint FROM sizing_inputs")
        row = self._cursor.fetchone()
        return "" if row is None else str(row[0])

    def held(self) -> dict[str, list[Position]]:
        """Return the sized positions by symbol."""
        self._cursor.execute(_HELD)
        held: dict[str, list[Position]] = {}
        for row in self._cursor.fetchall():
            position = Position(Approved(*row[:10]), *row[10:])
            held.setdefault(position.approved.symbol, []).append(position)
        return held

    def replace(
        self, symbol: str, positions: Sequence[Position], now: datetime
    ) -> None:
        """Make `positions` the set of a symbol; write its message to the outbox."""
        self._cursor.execute("DELETE FROM sized_positions WHERE symbol = %s", (symbol,))
        execute_values(self._cursor, _INSERT, [_row(p, now) for p in positions])
        announced = encode(
            message(symbol, positions, now),
            key=symbol,
            correlation_id=f"{symbol} {now.isoformat()}",
        )
        outbox.add(self._cursor, ROOM, SIZED_POSITIONS, [announced], now)

    def remember(self, fingerprint: str, now: datetime) -> None:
        """Keep what the sizes were computed from."""
        self._cursor.execute(_REMEMBER, (fingerprint, now))


def _row(position: Position, now: datetime) -> tuple[object, ...]:
    a = position.approved
    return (
        a.strategy_id, a.symbol, a.interval, a.strategy_name,
        canonical_parameters(a.parameters), a.anchor_at, a.price_tick, a.volume_lot,
        position.size, position.risk_distance, a.break_even_fee_bps,
        position.binding_limit, now,
    )  # fmt: skip
