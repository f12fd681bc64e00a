"""What a run says of itself: one line, and metrics."""

from datetime import datetime

from services.strategy_rotation.run import Outcome
from tradestream.runtime.logs import get_logger
from tradestream.runtime.matter import of, working_on
from tradestream.runtime.metrics import RoomMetrics


def report(
    outcome: Outcome, metrics: RoomMetrics, now: datetime, seconds: float
) -> None:
    """Log and count what a run did; each change with its reason."""
    rotated = outcome.rotated
    log = get_logger(metrics.room)
    for change in rotated.changes:
        metrics.counter("changes_total").inc(change=change.change)
        with working_on(change.change, of(change.strategy_id)):
            log.info(
                f"strategy {change.change}",
                strategy_id=change.strategy_id,
                symbol=change.symbol,
                reason=change.reason,
            )
    metrics.gauge("eligible_strategies").set(rotated.eligible)
    metrics.gauge("approved_strategies").set(rotated.approved)
    metrics.gauge("left_out_strategies").set(rotated.left_out)
    metrics.counter("published_messages_total").inc(outcome.published)
    metrics.finish(now, seconds)
    log.info(
        "rotation finished",
        eligible=rotated.eligible,
        approved=rotated.approved,
        left_out=rotated.left_out,
        changed_symbols=len(rotated.changed_symbols),
        published=outcome.published,
        seconds=round(seconds, 3),
    )
