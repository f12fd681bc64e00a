"""What this room measures."""

from tradestream.runtime.meters import JOB, RoomMeters, counter, gauge
from tradestream.runtime.traffic import BUS

METERS = RoomMeters.of(
    "strategy_consumer",
    JOB,
    BUS,
    (
        counter("messages_total", "messages", "messages read and committed"),
        counter("strategies_total", "strategies", "strategies that were new"),
        counter("evaluations_total", "evaluations", "evaluations that were new"),
        counter("searches_total", "searches", "searches that were new in the ledger"),
        counter("exams_total", "exams", "exams answered"),
        counter(
            "dead_letters_total",
            "dead_letters",
            "messages put aside: malformed, or answers to exams nobody asked for",
            reason=("malformed", "exam"),
        ),
        gauge("lag_messages", "messages", "messages left on the topic by the run"),
    ),
)
