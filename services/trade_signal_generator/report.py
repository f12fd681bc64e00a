"""What a run says of itself: one line, and metrics."""

from datetime import datetime

from services.trade_signal_generator.settings import Tally
from tradestream.runtime.logs import get_logger
from tradestream.runtime.metrics import RoomMetrics


def report(
    tally: Tally, published: int, metrics: RoomMetrics, now: datetime, seconds: float
) -> None:
    """Log and count what a run did; what was withheld is a warning."""
    log = get_logger(metrics.room)
    for kind, count in tally.signals.items():
        metrics.counter("signals_total").inc(count, kind=kind)
    for reason, count in tally.mismatches.items():
        metrics.counter("mismatches_total").inc(count, reason=reason)
    for reason, count in tally.withheld.items():
        metrics.counter("withheld_signals_total").inc(count, reason=reason)
    oldest = max(tally.ages, default=None)
    if oldest is not None:
        metrics.gauge("signal_age_seconds").set(oldest)
    metrics.gauge("open_positions").set(tally.open_positions)
    metrics.gauge("strategies").set(tally.strategies)
    metrics.counter("bars_total").inc(tally.bars)
    metrics.finish(now, seconds)
    if tally.mismatches or tally.withheld:
        log.warning(
            "signals withheld",
            mismatches=dict(tally.mismatches),
            withheld=dict(tally.withheld),
        )
    log.info(
        "signals finished",
        strategies=tally.strategies,
        open_positions=tally.open_positions,
        bars=tally.bars,
        signals=dict(tally.signals),
        signal_age_seconds=oldest and round(oldest, 3),
        published=published,
        seconds=round(seconds, 3),
    )
