"""What the generator knows of a strategy, and what it sends.

Pure: rows and messages, no I/O.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from protos.execution.v1 import signal_pb2
from tradestream.signals.calls import Action
from tradestream.strategies.declaration import Value


class Terms(NamedTuple):
    """What signals of a strategy are computed from.

    Attributes:
        interval: Label of the bars, e.g. `1m`.
        strategy_name: Its type.
        parameters: Typed values by name.
        anchor_at: First bar that its indicators start from.
        price_tick: Price step that the engine works in.
        volume_lot: Volume step that the engine works in.
    """

    interval: str
    strategy_name: str
    parameters: Mapping[str, Value]
    anchor_at: datetime
    price_tick: float
    volume_lot: float


class Stake(NamedTuple):
    """How much a signal is about.

    Attributes:
        size: Notional in the account currency.
        risk_distance: From the entry to the stop, a fraction of the price.
        break_even_fee_bps: Fee a side at which the backtest earned nothing.
    """

    size: Decimal
    risk_distance: Decimal
    break_even_fee_bps: float | None


@dataclass(frozen=True, slots=True)
class Sized:
    """A strategy that may trade, and how much."""

    strategy_id: str
    terms: Terms
    stake: Stake


@dataclass(frozen=True, slots=True)
class State:
    """How far a strategy's signals are computed.

    Attributes:
        strategy_id: Its identity.
        symbol: What it trades.
        terms: What its signals are computed from.
        last_bar_at: Newest bar that was looked at.
        in_position: Whether its newest signal is an ENTER.
        stake: Of the position; flat, of the next one.
        active: Whether it may trade.
        history_digest: Hash of its signals from the anchor to `last_bar_at`.
    """

    strategy_id: str
    symbol: str
    terms: Terms
    last_bar_at: datetime
    in_position: bool
    stake: Stake
    active: bool
    history_digest: str | None


@dataclass(frozen=True, slots=True)
class Signal:
    """A call of a strategy, ready to be sent; `expires_at` may be in the past."""

    signal_id: str
    strategy_id: str
    symbol: str
    interval: str
    bar_open_at: datetime
    action: Action
    reference_price: Decimal
    stake: Stake
    emitted_at: datetime
    expires_at: datetime
    replayed: bool


_ACTIONS = {
    "ENTER": signal_pb2.TradeSignal.ACTION_ENTER,
    "EXIT": signal_pb2.TradeSignal.ACTION_EXIT,
}


def message(signal: Signal) -> signal_pb2.TradeSignal:
    """Return a signal as it is published."""
    result = signal_pb2.TradeSignal(
        signal_id=signal.signal_id,
        strategy_id=signal.strategy_id,
        symbol=signal.symbol,
        interval=signal.interval,
        action=_ACTIONS[signal.action],
        reference_price=format(signal.reference_price, "f"),
        size=format(signal.stake.size, "f"),
        risk_distance=format(signal.stake.risk_distance, "f"),
        break_even_fee_bps=signal.stake.break_even_fee_bps,
        replayed=signal.replayed,
    )
    result.bar_open_time.FromDatetime(signal.bar_open_at)
    result.emitted_at.FromDatetime(signal.emitted_at)
    result.expires_at.FromDatetime(signal.expires_at)
    return result
