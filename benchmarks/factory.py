"""How fast the factory asks 9,600 questions: `make benchmark BENCH=factory`.

The clock runs from the start of the process to its last durable
acknowledgement (the log line says how much of it was the run itself); 20
symbols with 85 days of minutes each in Postgres, 8 windows, 60 strategies.
"""

import json
import sys
import time

import numpy as np

from benchmarks.figures import Figure, report
from services.strategy_discovery_request_factory.ask import WORKER_GROUP
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.candle_store.factory import open_candle_store
from tradestream.candles import CandleSeries, to_datetime
from tradestream.postgres import connect
from tradestream.redis import connect as connect_redis
from tradestream.testing import servers
from tradestream.testing.rooms import run_room

ROOM = "strategy_discovery_request_factory"
SYMBOLS = [f"S{number:02}-USD" for number in range(20)]
END = 1_772_452_800
MINUTES = 85 * 1_440
WANTED_REQUESTS = 9_600
RUNS = 3


def fill(url: str) -> None:
    """Write the bars of all symbols."""
    store = open_candle_store(url)
    times = np.arange(END - 60 * MINUTES, END, 60)
    price = 100 + np.arange(MINUTES) % 1_000 / 100
    for symbol in SYMBOLS:
        bars = CandleSeries(symbol, 60, times, price, price, price, price, price)
        store.write(bars, source="benchmark", written_at=to_datetime(END))
    store.close()
    connection = connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE market_data")  # as autovacuum leaves it
    connection.close()


def windows() -> list[int]:
    """Return 8 lengths, from a day to 84 days."""
    return [int(length) for length in np.geomspace(1_597, 121_393, 8)]


def main() -> int:
    """Measure, print, and write build/benchmarks/factory.json."""
    with servers.postgres_server() as postgres, servers.valkey_server() as valkey:
        databases = servers.Databases(postgres)
        url = databases.create()
        fill(url)
        flags: dict[str, object] = {
            "bus_url": valkey.url(),
            "redis_url": valkey.url(),
            "candles_url": url,
            "symbols": ",".join(SYMBOLS),
            "windows": ",".join(map(str, windows())),
            "now": to_datetime(END).isoformat(),
        }
        whole, inside = zip(
            *(run(flags, valkey.url()) for _ in range(RUNS)), strict=True
        )
        started = time.perf_counter()
        run_room(ROOM, flags)
        idle = time.perf_counter() - started
        databases.close()
    return report(
        "factory",
        [
            Figure(
                "9,600 requests, process start to last ack", min(whole), "s", 1, True
            ),
            Figure("of it, run without start of the process", min(inside), "s"),
            Figure("nothing to ask, start to exit", idle, "s", 0.6, True),
        ],
    )


def run(flags: dict[str, object], redis_url: str) -> tuple[float, float]:
    """Return seconds of one run on an empty Redis, and of its inner part."""
    client = connect_redis(redis_url)
    client.flushall()
    bus = RedisStreamsBus.open(redis_url)
    started = time.perf_counter()
    finished = run_room(ROOM, flags)
    elapsed = time.perf_counter() - started
    asked = bus.lag(DISCOVERY_REQUESTS, WORKER_GROUP)
    bus.close()
    client.close()
    if asked != WANTED_REQUESTS:
        raise RuntimeError(
            f"{WANTED_REQUESTS} requests are required, was {asked}: {finished.stderr}"
        )
    said = json.loads(finished.stderr.splitlines()[-1])
    return elapsed, float(said["duration_seconds"])


if __name__ == "__main__":
    sys.exit(main())
