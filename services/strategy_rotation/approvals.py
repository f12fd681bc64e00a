"""What rotation knows of a strategy, and how it says it.

Pure: rows and messages, no I/O.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from protos.portfolio.v1 import portfolio_pb2
from tradestream.portfolio.rotation import Candidate
from tradestream.strategies.declaration import Value
from tradestream.strategies.messages import parameters_to_proto


@dataclass(frozen=True, slots=True)
class Terms:
    """What signals of a strategy are computed from; another set of them is a change.

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


@dataclass(frozen=True, slots=True)
class Eligible:
    """A strategy whose status lets it trade.

    Attributes:
        symbol: What it trades.
        candidate: What the choice looks at.
        terms: How it would trade, None without a valid evaluation.
        evaluation_id: The evaluation behind both, None without one.
    """

    symbol: str
    candidate: Candidate
    terms: Terms | None
    evaluation_id: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """A strategy of the set as it stands.

    Attributes:
        strategy_id: Its identity.
        symbol: What it trades.
        terms: How it trades.
        status: Of the gate, at this moment.
        status_reason: Why it has that status.
    """

    strategy_id: str
    symbol: str
    terms: Terms
    status: str
    status_reason: str


@dataclass(frozen=True, slots=True)
class Approval:
    """A strategy of the new set.

    Attributes:
        eligible: Who.
        terms: How it trades.
        evaluation_id: The evaluation behind it.
        rank: Its place, from 1.
        reason: Why it is in the set.
    """

    eligible: Eligible
    terms: Terms
    evaluation_id: str
    rank: int
    reason: str

    @property
    def strategy_id(self) -> str:
        """Return its identity."""
        return self.eligible.candidate.strategy_id


@dataclass(frozen=True, slots=True)
class Change:
    """A strategy that `entered` or `left` a symbol's set, and why."""

    strategy_id: str
    symbol: str
    change: str
    reason: str


def message(
    symbol: str, approvals: Sequence[Approval], now: datetime
) -> portfolio_pb2.ApprovedStrategies:
    """Return the whole set of a symbol as a message, best first."""
    result = portfolio_pb2.ApprovedStrategies(symbol=symbol)
    result.as_of.FromDatetime(now)
    for approval in approvals:
        terms = approval.terms
        strategy = result.strategies.add(
            strategy_id=approval.strategy_id,
            interval=terms.interval,
            strategy_name=terms.strategy_name,
            parameters=parameters_to_proto(terms.parameters),
            score=approval.eligible.candidate.score,
            reason=approval.reason,
            price_tick=terms.price_tick,
            volume_lot=terms.volume_lot,
        )
        strategy.anchor.FromDatetime(terms.anchor_at)
    return result
