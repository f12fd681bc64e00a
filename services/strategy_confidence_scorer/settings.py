"""What a run of the scorer is told."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tradestream.portfolio.confidence import Weights
from tradestream.runtime.clock import parse_time

ROOM = "strategy_confidence_scorer"
INTERVAL = "1m"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is told.

    Attributes:
        backfill_start: Where the history of every symbol is to begin.
        max_missing: Largest share of minutes that a venue itself may lack in a
            window that is judged.
        fee_bps: Fee a side in basis points.
        slippage_bps: Slippage a side in basis points.
        weights: How much each part of a score counts.
    """

    backfill_start: datetime
    max_missing: float = 0.05
    fee_bps: float = 10.0
    slippage_bps: float = 2.0
    weights: Weights = field(default_factory=Weights)


def history_start(text: str, now: datetime) -> datetime:
    """Return where a history begins: so many days ago, or at an ISO time.

    Args:
        text: Such as `365d` or `2026-01-31T00:00:00Z`.
        now: The time of the run.

    Raises:
        ValueError: If it is neither.
    """
    days = text.removesuffix("d")
    if text.endswith("d") and days.isdecimal():
        return now - timedelta(days=int(days))
    return parse_time(text)


def is_history_start(text: str) -> bool:
    """Return whether `history_start` understands a text."""
    try:
        history_start(text, datetime.now(UTC))
    except (ValueError, OverflowError):
        return False
    return True
