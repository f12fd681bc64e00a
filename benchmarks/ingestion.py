"""How fast bars are brought in: `make benchmark BENCH=ingestion`.

20 symbols of the exchange simulator without limits, 30 days of minutes each,
into an empty Postgres; then runs at the same moment that find nothing new, as
every minute. Timed from process start to exit, as a scheduler would see it;
simulator, database, and bus share the machine's cores.
"""

import contextlib
import json
import statistics
import sys
import time
from datetime import UTC, datetime

from benchmarks.figures import Figure, report
from tradestream.testing import servers
from tradestream.testing.rooms import run_room
from tradestream.testing.simulator import running_venue

ROOM = "candle_ingestor"
SYMBOLS = 20
DAYS = 30
BARS = SYMBOLS * DAYS * 1_440
STEADY_RUNS = 5
NOW = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)


def run(flags: dict[str, object]) -> tuple[float, dict[str, int]]:
    """Return the seconds of one run, start to exit, and what it says it did.

    Raises:
        RuntimeError: If it failed.
    """
    begun = time.perf_counter()
    finished = run_room(ROOM, flags)
    seconds = time.perf_counter() - begun
    if finished.returncode:
        raise RuntimeError(f"status 0 is required, was {finished.stderr}")
    return seconds, json.loads(finished.stderr.splitlines()[-1])


def main() -> int:
    """Measure, print, and write build/benchmarks/ingestion.json."""
    with contextlib.ExitStack() as stack:
        venue = stack.enter_context(running_venue(NOW, history_days=DAYS + 1))
        databases = servers.Databases(stack.enter_context(servers.postgres_server()))
        stack.callback(databases.close)
        redis_url = stack.enter_context(servers.valkey_server()).url()
        symbols = [entry["id"] for entry in venue.get("/products")][:SYMBOLS]
        flags: dict[str, object] = {
            "redis_url": redis_url,
            "bus_url": redis_url,
            "candles_url": databases.create(),
            "coinbase_rest_url": venue.url,
            "requests_per_second": 0,
            "run_budget": 600,
            "backfill_start": f"{DAYS}d",
            "symbols": ",".join(symbols),
            "now": NOW.isoformat(),
        }
        seconds, said = run(flags)
        # Some of the simulator's markets trade in only most of their minutes.
        if said["symbols"] != SYMBOLS or said["inserted"] < 0.95 * BARS:
            raise RuntimeError(f"{BARS} bars of {SYMBOLS} are required, was {said}")
        steady = statistics.median(run(flags)[0] for _ in range(STEADY_RUNS))
    return report(
        "ingestion",
        [
            Figure(
                f"{SYMBOLS} symbols × {DAYS} days caught up", seconds, "s", 60, True
            ),
            Figure("bars stored in that run", said["inserted"] / seconds, "bars/s"),
            Figure(f"steady run of {SYMBOLS} symbols, median", steady, "s", 2, True),
        ],
    )


if __name__ == "__main__":
    sys.exit(main())
