"""What this room measures."""

from tradestream.runtime.meters import JOB, RoomMeters, counter
from tradestream.runtime.traffic import BUS, CANDLES

COUNTED = {
    "symbols": counter("symbols_total", "symbols", "symbols looked at"),
    "exams_asked": counter("asked_exams_total", "exams", "exams asked for"),
    "exams_asked_again": counter(
        "repeated_exams_total", "exams", "exams asked for again, as no answer came"
    ),
    "published": counter("published_messages_total", "messages", "requests published"),
    "hours_folded": counter(
        "folded_hours_total", "hours", "hours folded into claims, all claims together"
    ),
    "claims_registered": counter("registered_claims_total", "claims", "new claims"),
    "claims_closed": counter("closed_claims_total", "claims", "claims closed"),
    "validated_by_exam": counter(
        "exam_validated_strategies_total",
        "strategies",
        "strategies that passed an exam",
    ),
    "validated_by_claim": counter(
        "claim_validated_strategies_total", "strategies", "strategies whose claim held"
    ),
    "groups_validated": counter(
        "group_validated_genomes_total", "genomes", "genomes validated on the group"
    ),
    "stale": counter(
        "stale_records_total",
        "records",
        "evaluations, exams, and claims on candles that were corrected",
    ),
    "paper_records": counter(
        "paper_records_total", "records", "verdicts followed on paper"
    ),
    "evaluations_forgotten": counter(
        "forgotten_evaluations_total",
        "evaluations",
        "evaluations removed, since nothing refers to them any more",
    ),
    "scored": counter("scored_strategies_total", "strategies", "strategies scored"),
    "left_out": counter(
        "left_out_strategies_total",
        "strategies",
        "strategies that the catalogue does not have any more",
    ),
}
"""What counts each field of a run's report."""

METERS = RoomMeters.of(
    "strategy_confidence_scorer", JOB, tuple(COUNTED.values()), BUS, CANDLES
)
