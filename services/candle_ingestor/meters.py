"""What this room measures."""

from tradestream.runtime.meters import JOB, OPEN, RoomMeters, counter, gauge

METERS = RoomMeters.of(
    "candle_ingestor",
    JOB,
    (
        counter(
            "bars_total",
            "bars",
            "bars of the venue by what became of them",
            kind=("inserted", "corrected", "unchanged", "announced"),
        ),
        counter(
            "rejected_bars_total",
            "bars",
            "bars of the venue that could not be used",
            reason=OPEN,
        ),
        counter(
            "venue_holes_total", "holes", "minutes found that the venue does not have"
        ),
        gauge("read_symbols", "symbols", "symbols whose newest bars were read"),
        gauge("failed_symbols", "symbols", "symbols left for the next run by an error"),
        gauge("unknown_symbols", "symbols", "symbols that the venue does not trade"),
        gauge(
            "unfinished_symbols",
            "symbols",
            "symbols whose history is not complete yet",
        ),
    ),
)
