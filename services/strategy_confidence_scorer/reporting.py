"""Saying what a run did: one line, and metrics."""

from dataclasses import asdict
from datetime import datetime

from services.strategy_confidence_scorer.meters import COUNTED
from services.strategy_confidence_scorer.score import Report
from services.strategy_confidence_scorer.settings import ROOM
from tradestream.runtime.logs import get_logger
from tradestream.runtime.metrics import RoomMetrics


def tell(report: Report, metrics: RoomMetrics, seconds: float, now: datetime) -> None:
    """Log a finished run and send its metrics where the flags say."""
    counts = asdict(report)
    get_logger(ROOM).info("run finished", seconds=round(seconds, 3), **counts)
    for name, count in counts.items():
        metrics.counter(COUNTED[name].what).inc(count)
    metrics.finish(now, seconds)
