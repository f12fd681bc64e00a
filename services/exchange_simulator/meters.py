"""What this room measures."""

from tradestream.runtime.meters import OPEN, RoomMeters, counter

METERS = RoomMeters.of(
    "exchange_simulator",
    (
        counter(
            "requests_total",
            "requests",
            "requests answered",
            endpoint=OPEN,
            status=OPEN,
        ),
    ),
)
