"""What a run says of itself: one line, and metrics."""

from datetime import datetime

from services.candle_ingestor.tally import Tally
from tradestream.runtime.logs import get_logger
from tradestream.runtime.metrics import RoomMetrics


def report(tally: Tally, metrics: RoomMetrics, now: datetime, seconds: float) -> None:
    """Log and count what a run did; each symbol that failed with its reason."""
    log = get_logger(metrics.room)
    for symbol, reason in sorted(tally.failures.items()):
        log.warning("symbol left for the next run", symbol=symbol, reason=reason)
    bars = metrics.counter("bars_total")
    for kind in ("inserted", "corrected", "unchanged", "announced"):
        bars.inc(tally.counts[kind], kind=kind)
    for reason, count in tally.rejected.items():
        metrics.counter("rejected_bars_total").inc(count, reason=reason)
    metrics.counter("venue_holes_total").inc(tally.counts["venue_holes"])
    for symbol, newest in tally.newest.items():
        metrics.gauge("newest_bar_timestamp_seconds").set(
            newest.timestamp(), symbol=symbol
        )
    metrics.gauge("read_symbols").set(tally.counts["symbols"])
    metrics.gauge("failed_symbols").set(len(tally.failures))
    metrics.gauge("unknown_symbols").set(len(tally.unknown))
    metrics.gauge("unfinished_symbols").set(len(tally.left))
    metrics.finish(now, seconds, succeeded=not tally.failures)
    log.info(
        "ingestion finished",
        symbols=tally.counts["symbols"],
        inserted=tally.counts["inserted"],
        corrected=tally.counts["corrected"],
        unchanged=tally.counts["unchanged"],
        announced=tally.counts["announced"],
        rejected=dict(tally.rejected),
        venue_holes=tally.counts["venue_holes"],
        unknown=sorted(tally.unknown),
        failed=len(tally.failures),
        unfinished=len(tally.left),
        seconds=round(seconds, 3),
    )
