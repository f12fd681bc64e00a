"""What this room measures."""

from tradestream.runtime.meters import JOB, RoomMeters, counter, gauge
from tradestream.runtime.traffic import CANDLES

METERS = RoomMeters.of(
    "strategy_robustness",
    JOB,
    CANDLES,
    (
        counter("computed_strategies_total", "strategies", "strategies computed"),
        gauge(
            "left_out_strategies",
            "strategies",
            "strategies that the catalogue does not have any more",
        ),
        gauge("waiting_strategies", "strategies", "strategies left for the next run"),
    ),
)
