"""What this room measures."""

from tradestream.runtime.meters import LAST_SUCCESS, RoomMeters, counter, gauge
from tradestream.runtime.traffic import BUS, CANDLES

METERS = RoomMeters.of(
    "strategy_discovery",
    (
        LAST_SUCCESS,
        counter(
            "requests_total",
            "requests",
            "requests answered",
            kind=("search", "exam"),
        ),
        counter("results_total", "results", "finds published"),
        counter("trials_total", "trials", "distinct genomes evaluated"),
        counter("dead_letters_total", "dead_letters", "requests put aside"),
        counter(
            "busy_seconds_total",
            "seconds",
            "time from poll to commit, all workers together",
        ),
        counter("restarts_total", "restarts", "workers that failed, started again"),
        gauge("running_workers", "workers", "processes that answer requests"),
        gauge(
            "lag_requests",
            "requests",
            "requests that the group has not answered yet, of all its members",
        ),
    ),
    BUS,
    CANDLES,
)
