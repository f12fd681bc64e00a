"""What this room measures."""

from tradestream.runtime.meters import JOB, OPEN, RoomMeters, counter, gauge
from tradestream.runtime.traffic import BUS, CANDLES, STORED

METERS = RoomMeters.of(
    "candle_ingestor",
    JOB,
    BUS,
    CANDLES,
    STORED,
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
        gauge(
            "newest_bar_timestamp_seconds",
            "seconds",
            "open time of the newest bar that is stored, of each listed symbol,"
            " seconds since 1970",
            symbol=OPEN,
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
