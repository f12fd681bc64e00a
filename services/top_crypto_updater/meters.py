"""What this room measures."""

from tradestream.runtime.meters import JOB, RoomMeters, counter, gauge

METERS = RoomMeters.of(
    "top_crypto_updater",
    JOB,
    (
        gauge("symbols", "symbols", "symbols that are traded"),
        counter(
            "changed_symbols_total",
            "symbols",
            "symbols that came to the list or left it",
            change=("added", "removed"),
        ),
    ),
)
