"""What the page shows, as plain records; filled by `records`, drawn by `page`.

Ratios are fractions, times aware UTC. None means undefined or not known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tradestream.discovery.paper_scores import PaperRecord

STATUSES = ("validated", "probation", "candidate", "stale", "retired", "refused")
"""Statuses of a strategy, those to look at first first."""


@dataclass(frozen=True, slots=True)
class Ingestion:
    """What the candle store holds of one market.

    Attributes:
        bars: One-minute bars held.
        first_bar_at: Open time of the oldest.
        last_bar_at: Open time of the newest.
        own_gap_minutes: Missing minutes that are ours to fetch.
        venue_hole_minutes: Minutes that the venue never had.
        corrected_bars: Bars that the venue corrected.
    """

    bars: int
    first_bar_at: datetime
    last_bar_at: datetime
    own_gap_minutes: int
    venue_hole_minutes: int
    corrected_bars: int


@dataclass(frozen=True, slots=True)
class StrategyRow:
    """One strategy with its newest evaluation and its score."""

    strategy_id: str
    symbol: str
    interval: str
    strategy_name: str
    parameters: Mapping[str, int | float]
    status: str
    reason: str
    status_changed_at: datetime
    evaluations: int
    anchor_at: datetime | None
    window_end_at: datetime | None
    price_tick: float | None
    volume_lot: float | None
    fee_bps: float | None
    slippage_bps: float | None
    metrics: Mapping[str, float | None]
    plateau: float | None
    score: float | None
    performance: float | None
    frequency: float | None
    recency: float | None


@dataclass(frozen=True, slots=True)
class Exam:
    """One history exam (Door A)."""

    symbol: str
    number: int
    window_start_at: datetime
    window_end_at: datetime
    alpha: float
    requested_at: datetime
    answered_at: datetime | None
    settled_at: datetime | None
    genomes: int | None
    eligible: int | None
    resamples: int | None
    critical_value: float | None
    best_t: float | None
    stale: bool
    passing_t: Sequence[float]

    @property
    def passes(self) -> int:
        """How many passed."""
        return len(self.passing_t)


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim on probation (Door B)."""

    symbol: str
    number: int
    strategy_id: str
    strategy_name: str
    born_at: datetime
    folded_until: datetime
    evidence: float
    threshold: float
    trips: int
    raw_return: float
    state: str
    closed_reason: str | None


@dataclass(frozen=True, slots=True)
class Position:
    """One sized position."""

    strategy_id: str
    symbol: str
    strategy_name: str
    size: Decimal
    risk_distance: Decimal
    break_even_fee_bps: float | None
    binding_limit: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Signal:
    """One trade signal."""

    signal_id: str
    strategy_id: str
    symbol: str
    strategy_name: str
    bar_open_at: datetime
    action: str
    reference_price: Decimal
    size: Decimal
    emitted_at: datetime
    replayed: bool


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """All searches of a symbol on windows of one length.

    Attributes:
        symbol: Whose.
        seconds: Length of the windows.
        searches: Requests answered.
        trials: Genomes tried.
        traded: Those that traded.
        sharpe_sum: Σ of their excess Sharpe ratios a bar.
        results: Results handed on.
        exhaustive: Requests that tried the whole space.
    """

    symbol: str
    seconds: int
    searches: int
    trials: int
    traded: int
    sharpe_sum: float
    results: int
    exhaustive: int


@dataclass(frozen=True, slots=True)
class Product:
    """What the venue says a market is.

    Attributes:
        name: The venue's own description, e.g. `planted edge: mean reversion`.
        kind: One word for a badge: recorded, planted, no edge, or unknown.
    """

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Market:
    """Everything that the page says of one symbol.

    Attributes:
        product: What the venue says it is, None when it was not reached.
        ingestion: What the candle store holds, None without a bar.
        counts: Strategies by status.
        trials: Distinct genomes that all searches evaluated.
        searches: Search requests answered.
        outlook: When its best unproven strategy might be proven, in words.
        strategies: The first of them: by status, then by score.
        paper: How strategies did after verdicts.
        ledger: What all searches tried, by the length of their windows.
        charts: What the page's script draws; empty until `charts` fills it.
    """

    symbol: str
    product: Product | None
    ingestion: Ingestion | None
    counts: Mapping[str, int]
    trials: int
    searches: int
    outlook: str | None
    strategies: Sequence[StrategyRow]
    exams: Sequence[Exam]
    claims: Sequence[Claim]
    positions: Sequence[Position]
    signals: Sequence[Signal]
    paper: Sequence[PaperRecord] = ()
    ledger: Sequence[LedgerRow] = ()
    charts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def best(self) -> StrategyRow | None:
        """The strategy to show first, None when there is none."""
        return self.strategies[0] if self.strategies else None


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything that the page says.

    Attributes:
        as_of: When this was read.
        markets: Those with something proven first, then by name.
        pooled: Exams of groups of markets.
    """

    as_of: datetime
    markets: Sequence[Market]
    pooled: Sequence[Exam] = ()

    @property
    def positions(self) -> list[Position]:
        """All sized positions, largest first."""
        found = [p for market in self.markets for p in market.positions]
        return sorted(found, key=lambda p: (-p.size, p.symbol, p.strategy_id))

    @property
    def signals(self) -> list[Signal]:
        """All signals held here, newest first."""
        found = [s for market in self.markets for s in market.signals]
        return sorted(found, key=lambda s: (s.bar_open_at, s.signal_id), reverse=True)
