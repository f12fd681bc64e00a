"""What this room measures."""

from tradestream.runtime.meters import JOB, RoomMeters, counter, gauge
from tradestream.runtime.traffic import BUS, CANDLES

METERS = RoomMeters.of(
    "trade_signal_generator",
    JOB,
    BUS,
    CANDLES,
    (
        counter(
            "signals_total",
            "signals",
            "signals sent; those of bars that closed long ago are replayed",
            kind=("enter", "exit", "replayed"),
        ),
        gauge(
            "signal_age_seconds",
            "seconds",
            "oldest live signal of the run, from the close of its bar",
        ),
        counter(
            "mismatches_total",
            "mismatches",
            "signals of the past that changed: a rule looks ahead, or a correction",
            reason=("look_ahead", "history"),
        ),
        counter(
            "withheld_signals_total",
            "signals",
            "signals and strategies held back",
            reason=(
                "anchor_missing",
                "bar_to_come",
                "history",
                "look_ahead",
                "no_bar_to_leave_at",
                "stale_candles",
                "too_few_bars",
                "unknown_strategy",
            ),
        ),
        gauge("strategies", "strategies", "strategies that may trade"),
        gauge("open_positions", "positions", "strategies that are in a position"),
        counter("bars_total", "bars", "bars looked at, over all strategies"),
    ),
)
