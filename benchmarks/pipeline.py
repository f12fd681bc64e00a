"""How fast discovery goes from requests to rows: `make benchmark BENCH=pipeline`.

The full mix: 20 symbols, every strategy type, 8 windows of a day (or, with
`--round`, the ten windows of a full round). The rooms run as their own
processes, two workers, with Postgres and Valkey beside them: the clock starts
with the factory and stops when the consumer has stored every row.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure, report
from tradestream.candle_store.factory import open_candle_store
from tradestream.candles import to_datetime, to_seconds
from tradestream.instruments import Instrument
from tradestream.postgres import connect
from tradestream.redis import connect as connect_redis
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.testing import servers
from tradestream.testing.markets import random_walk

SYMBOLS = tuple(f"S{number:02d}-USD" for number in range(20))
DAY_WINDOWS = tuple(range(1_433, 1_441))
ROUND_WINDOWS = (
    1597, 2584, 4181, 6765, 10946, 17711, 28657, 46368, 75025, 121393,
)  # fmt: skip
PAUSE_SECONDS = 2.0
"""Between two runs of the consumer, so that its starts are not what is measured."""

END = datetime(2026, 3, 2, tzinfo=UTC)
WANTED_DAY, WANTED_ROUND, WANTED_MIB = 30.0, 300.0, 350.0


def fill(
    url: str, minutes: int, symbols: tuple[str, ...], token_file: Path | None = None
) -> None:
    """Write the bars of all symbols."""
    store = open_candle_store(url, None if token_file is None else str(token_file))
    first = to_seconds(END) - 60 * minutes
    for seed, symbol in enumerate(symbols):
        walk = random_walk(minutes, seed=seed)
        bars = replace(walk, symbol=symbol, open_times=first + 60 * np.arange(minutes))
        store.write(bars, source="made up", written_at=to_datetime(first))
    store.write_instruments([Instrument(symbol, 0.01, 0.001) for symbol in symbols])
    store.close()


def room(name: str, flags: Mapping[str, object]) -> "subprocess.Popen[str]":
    """Start a room."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            f"services.{name}.main",
            *(f"--{flag}={value}" for flag, value in flags.items()),
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )


def finish(process: "subprocess.Popen[str]") -> str:
    """Wait for a room; return what it logged.

    Raises:
        RuntimeError: If it failed.
    """
    _, logged = process.communicate()
    if process.returncode:
        raise RuntimeError(f"a room that succeeds is required: {logged[-2000:]}")
    return logged


def main() -> int:
    """Measure, print, and write build/benchmarks/pipeline.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--round", action="store_true")
    parser.add_argument("--symbols", type=int, default=len(SYMBOLS))
    options = parser.parse_args()
    windows = ROUND_WINDOWS if options.round else DAY_WINDOWS
    symbols = SYMBOLS[: options.symbols]
    with servers.postgres_server() as postgres, servers.valkey_server() as valkey:
        databases = servers.Databases(postgres)
        url = databases.create()
        fill(url, max(windows) + 10, symbols)
        redis = connect_redis(valkey.url(), None)
        redis.set("top_cryptocurrencies", json.dumps(symbols))
        redis.close()
        figures = measure(
            Places(url, valkey.url(), valkey.url(), url),
            windows,
            len(symbols),
            WANTED_ROUND if options.round else WANTED_DAY,
        )
        databases.close()
    return report("pipeline", figures)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the rooms find what they need.

    Attributes:
        postgres: URL of the records.
        redis: URL of the shared state.
        bus: URL of the bus.
        candles: URL of the candle store.
        token_file: File with the store's token, if it wants one.
    """

    postgres: str
    redis: str
    bus: str
    candles: str
    token_file: Path | None = None


def measure(
    places: Places, windows: tuple[int, ...], symbols: int, wanted_seconds: float
) -> list[Figure]:
    """Run the rooms; return the figures."""
    asked = symbols * len(windows) * len(CATALOGUE)
    now = (END + timedelta(minutes=1)).isoformat()
    bus = {"bus_url": places.bus, "now": now}
    candles: dict[str, object] = {"candles_url": places.candles}
    if places.token_file is not None:
        candles["candles_password_file"] = places.token_file
    started = time.perf_counter()
    listed = ",".join(map(str, windows))
    finish(
        room(
            "strategy_discovery_request_factory",
            {
                **bus, **candles, "redis_url": places.redis, "windows": listed,
                "min_advance": 0.0001, "max_lag": 10**9,
            },
        )
    )  # fmt: skip
    asked_after = time.perf_counter() - started
    workers = room(
        "strategy_discovery",
        {**bus, **candles, "member": "bench", "workers": 2, "drain": "true"},
    )
    consumer = {**bus, "postgres_url": places.postgres}
    while workers.poll() is None:
        finish(room("strategy_consumer", consumer))
        time.sleep(PAUSE_SECONDS)
    print(finish(workers).splitlines()[-1], file=sys.stderr)
    answered_after = time.perf_counter() - started
    finish(room("strategy_consumer", consumer))
    elapsed = time.perf_counter() - started
    connection = connect(places.postgres)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(results) FROM trials")
        row = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM evaluations")
        stored = cursor.fetchone()
    connection.close()
    if row is None or stored is None or row[0] != asked or stored[0] != row[1]:
        raise RuntimeError(f"{asked} answers with all finds are required, was {row}")
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return [
        Figure("requests", asked, "requests"),
        Figure("factory", asked_after, "s"),
        Figure("factory and workers", answered_after, "s"),
        Figure(
            "factory to rows", elapsed, "s", wanted_seconds, less_is_better=True,
        ),
        Figure("requests a second", asked / elapsed, "requests/s"),
        Figure("processor time of all rooms", used.ru_utime + used.ru_stime, "s"),
        Figure(
            "memory of the largest", used.ru_maxrss / 1024, "MiB", WANTED_MIB,
            less_is_better=True,
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
