"""What this room measures."""

from tradestream.runtime.meters import JOB, RoomMeters, counter, gauge
from tradestream.runtime.traffic import BUS, CANDLES

METERS = RoomMeters.of(
    "risk_adjusted_sizing",
    JOB,
    BUS,
    CANDLES,
    (
        gauge("approved_strategies", "strategies", "strategies that may trade"),
        gauge("sized_positions", "positions", "strategies with a position"),
        counter(
            "left_out_strategies_total",
            "strategies",
            "strategies that could not be sized, each time sizes were decided",
            reason=(
                "missing_history",
                "no_adverse_excursion",
                "no_risk_distance",
                "stale_history",
                "too_small",
            ),
        ),
        counter("changed_symbols_total", "symbols", "symbols whose sizes changed"),
        counter("published_messages_total", "messages", "messages published"),
    ),
)
