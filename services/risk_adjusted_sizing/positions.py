"""Strategies to size, sized positions, and how they are announced.

Pure: rows and messages, no I/O.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from protos.portfolio.v1 import portfolio_pb2
from tradestream.strategies.declaration import Value
from tradestream.strategies.messages import parameters_to_proto


@dataclass(frozen=True, slots=True)
class Approved:
    """A strategy that may trade, with what its backtest says of its risk.

    Attributes:
        strategy_id: Its identity.
        symbol: What it trades.
        interval: Label of the bars, e.g. `1m`.
        strategy_name: Its type.
        parameters: Typed values by name.
        anchor_at: First bar that its indicators start from.
        price_tick: Price step that the engine works in.
        volume_lot: Volume step that the engine works in.
        adverse_excursion_p95: 95th percentile over its trades, a fraction; None
            when the backtest gave none.
        break_even_fee_bps: Fee a side at which the backtest earned nothing.
    """

    strategy_id: str
    symbol: str
    interval: str
    strategy_name: str
    parameters: Mapping[str, Value]
    anchor_at: datetime
    price_tick: float
    volume_lot: float
    adverse_excursion_p95: float | None
    break_even_fee_bps: float | None


@dataclass(frozen=True, slots=True)
class Position:
    """A strategy and how much it may trade.

    Attributes:
        approved: The strategy; its adverse excursion is not part of a position.
        size: Notional in the account currency, whole cents.
        risk_distance: From the entry to the stop, a fraction of the price.
        binding_limit: The limit that set the size.
    """

    approved: Approved
    size: Decimal
    risk_distance: Decimal
    binding_limit: str

    def key(self) -> tuple[object, ...]:
        """Return all that a reader of the position sees, but when it was decided."""
        a = self.approved
        return (
            a.strategy_id, a.symbol, a.interval, a.strategy_name, dict(a.parameters),
            a.anchor_at, a.price_tick, a.volume_lot, a.break_even_fee_bps,
            self.size, self.risk_distance, self.binding_limit,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class History:
    """How far the bars of a symbol reach.

    Attributes:
        first_at: Open time of its oldest bar.
        end_at: End of its newest whole hour: bars are looked at up to here.
        stale: Whether that end is too long ago to trade on.
    """

    first_at: datetime
    end_at: datetime
    stale: bool


def fingerprint(
    settings: Sequence[object],
    approved: Sequence[Approved],
    histories: Mapping[str, History | None],
) -> str:
    """Return a hash of all that sizes depend on, but corrections within the hours."""
    content = [
        [str(setting) for setting in settings],
        [
            [a.strategy_id, a.anchor_at.isoformat(), a.price_tick, a.volume_lot,
             a.adverse_excursion_p95, a.break_even_fee_bps]
            for a in approved
        ],
        [
            [symbol, h and [h.first_at.isoformat(), h.end_at.isoformat(), h.stale]]
            for symbol, h in sorted(histories.items())
        ],
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def message(
    symbol: str, positions: Sequence[Position], now: datetime
) -> portfolio_pb2.SizedPositions:
    """Return the whole set of a symbol as a message, largest first."""
    result = portfolio_pb2.SizedPositions(symbol=symbol)
    result.as_of.FromDatetime(now)
    for position in sorted(positions, key=_largest_first):
        a = position.approved
        sized = result.positions.add(
            strategy_id=a.strategy_id,
            symbol=symbol,
            interval=a.interval,
            strategy_name=a.strategy_name,
            parameters=parameters_to_proto(a.parameters),
            size=format(position.size, "f"),
            risk_distance=format(position.risk_distance, "f"),
            break_even_fee_bps=a.break_even_fee_bps,
            binding_limit=position.binding_limit,
            price_tick=a.price_tick,
            volume_lot=a.volume_lot,
        )
        sized.anchor.FromDatetime(a.anchor_at)
        sized.as_of.FromDatetime(now)
    return result


def _largest_first(position: Position) -> tuple[Decimal, str]:
    return -position.size, position.approved.strategy_id
