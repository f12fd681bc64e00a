"""What a run of the scorer is told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tradestream.portfolio.confidence import Weights

ROOM = "strategy_confidence_scorer"
INTERVAL = "1m"
ROW_BUDGET_BYTES = 16 << 20
"""For indicator rows of a window: a few genomes share little, and 64 MiB are half of
what the room may hold."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is told.

    Attributes:
        backfill_start: Where the history of every symbol is to begin.
        max_missing: Largest share of minutes that a venue itself may lack in a
            window that is judged.
        fee_bps: Fee a side in basis points.
        slippage_bps: Slippage a side in basis points.
        ask_again_after: How long an exam may stay without an answer.
        weights: How much each part of a score counts.
        pooled: Whether all symbols are examined together, too.
        keep_evaluations: How long what nothing refers to is kept.
    """

    backfill_start: datetime
    max_missing: float = 0.05
    fee_bps: float = 10.0
    slippage_bps: float = 2.0
    ask_again_after: timedelta = timedelta(hours=6)
    weights: Weights = field(default_factory=Weights)
    pooled: bool = True
    keep_evaluations: timedelta = timedelta(days=14)
