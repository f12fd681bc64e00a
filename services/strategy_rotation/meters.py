"""What this room measures."""

from tradestream.runtime.meters import JOB, RoomMeters, counter, gauge
from tradestream.runtime.traffic import BUS

METERS = RoomMeters.of(
    "strategy_rotation",
    JOB,
    BUS,
    (
        gauge("eligible_strategies", "strategies", "strategies that may be chosen"),
        gauge("approved_strategies", "strategies", "strategies in all sets"),
        gauge("left_out_strategies", "strategies", "eligible, but not chosen"),
        counter(
            "changes_total",
            "changes",
            "entries into sets and leavings",
            change=("entered", "left"),
        ),
        counter("published_messages_total", "messages", "messages published"),
    ),
)
