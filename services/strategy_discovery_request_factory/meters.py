"""What this room measures."""

from tradestream.runtime.meters import JOB, RoomMeters, counter, gauge
from tradestream.runtime.traffic import BUS, CANDLES

METERS = RoomMeters.of(
    "strategy_discovery_request_factory",
    JOB,
    BUS,
    CANDLES,
    (
        counter("requests_total", "requests", "requests published"),
        counter("spans_total", "spans", "spans asked for"),
        counter(
            "corrected_spans_total",
            "spans",
            "spans asked for again, since a candle in them was corrected",
        ),
        gauge(
            "not_held_spans", "spans", "spans that the store has not every minute of"
        ),
        gauge(
            "left_by_lag_spans",
            "spans",
            "spans that were due and not asked for, since workers are behind",
        ),
        gauge("without_bars_symbols", "symbols", "symbols that have no bars"),
        gauge(
            "worker_lag_requests",
            "requests",
            "requests that waited for the workers before this run added its own",
        ),
    ),
)
