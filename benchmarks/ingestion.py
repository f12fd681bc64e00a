"""How fast bars are brought in: `make benchmark BENCH=ingestion`.

20 symbols of the exchange simulator without limits, 30 days of minutes each,
into an empty Postgres; then runs at the same moment that find nothing new, as
every minute. Timed from process start to exit, as a scheduler would see it;
simulator, database, and bus share the machine's cores.
"""

import contextlib
import json
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from benchmarks.figures import Figure, report
from tradestream.local.ports import choose
from tradestream.testing import servers
from tradestream.testing.rooms import run_room

ROOM = "candle_ingestor"
SYMBOLS = 20
DAYS = 30
BARS = SYMBOLS * DAYS * 1_440
STEADY_RUNS = 5
NOW = datetime(2026, 3, 10, 12, 0, 30, tzinfo=UTC)


@contextlib.contextmanager
def simulator() -> Iterator[str]:
    """Run a venue without limits whose clock stands at `NOW`; yield its URL."""
    port = choose(1)[0]
    origin = (NOW - timedelta(days=DAYS + 1)).date()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "services.exchange_simulator.main"),
            *(f"--port={port}", "--requests_per_second=0"),
            *(f"--now={NOW.isoformat()}", f"--origin={origin}"),
        ],
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                products(url)
                break
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def products(url: str) -> list[str]:
    """Return the symbols of a venue.

    Raises:
        OSError: If it does not answer.
    """
    with urllib.request.urlopen(f"{url}/products", timeout=10) as answer:
        return [str(entry["id"]) for entry in json.load(answer)]


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
        url = stack.enter_context(simulator())
        databases = servers.Databases(stack.enter_context(servers.postgres_server()))
        stack.callback(databases.close)
        redis_url = stack.enter_context(servers.valkey_server()).url()
        flags: dict[str, object] = {
            "redis_url": redis_url,
            "bus_url": redis_url,
            "candles_url": databases.create(),
            "coinbase_rest_url": url,
            "requests_per_second": 0,
            "run_budget": 600,
            "backfill_start": f"{DAYS}d",
            "symbols": ",".join(products(url)[:SYMBOLS]),
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
