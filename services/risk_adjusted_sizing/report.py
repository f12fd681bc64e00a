"""What a run says of itself: one line, and metrics."""

from collections import Counter
from datetime import datetime

from services.risk_adjusted_sizing.run import Outcome
from tradestream.runtime.logs import get_logger
from tradestream.runtime.metrics import RoomMetrics


def report(
    outcome: Outcome, metrics: RoomMetrics, now: datetime, seconds: float
) -> None:
    """Log and count what a run did; who was left out, with the reason."""
    sized = outcome.sized
    log = get_logger(metrics.room)
    for strategy_id, reason in sorted(sized.left_out.items()):
        log.warning(
            "strategy left out",
            strategy_id=strategy_id,
            reason=reason,
            correlation_id=strategy_id,
        )
    reasons = Counter(sized.left_out.values())
    for reason, count in reasons.items():
        metrics.counter("left_out_strategies_total").inc(count, reason=reason)
    metrics.gauge("approved_strategies").set(sized.approved)
    metrics.gauge("sized_positions").set(sized.sized)
    metrics.counter("changed_symbols_total").inc(len(sized.changed_symbols))
    metrics.counter("published_messages_total").inc(outcome.published)
    metrics.finish(now, seconds)
    log.info(
        "sizing finished",
        approved=sized.approved,
        sized=sized.sized,
        left_out=dict(sorted(reasons.items())),
        changed_symbols=len(sized.changed_symbols),
        unchanged=sized.unchanged,
        published=outcome.published,
        seconds=round(seconds, 3),
    )
