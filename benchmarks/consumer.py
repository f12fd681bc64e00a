"""How fast `strategy_consumer` stores finds: `make benchmark BENCH=consumer`.

A find is one message and two upserts: its strategy and its evaluation. Parsing
and checking the protobuf is in the time, so is the durable commit of both
Postgres (synchronous_commit on) and bus.
"""

import sys
import time
from datetime import UTC, datetime

from psycopg2.extensions import connection as Connection

from benchmarks.figures import Figure, report
from services.strategy_consumer.consume import consume
from services.strategy_consumer.database import Database
from tradestream.bus.codec import encode
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Bus, Message
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import DISCOVERED_STRATEGIES
from tradestream.postgres import connect
from tradestream.testing import servers
from tradestream.testing.discovery_results import discovered_strategy, window

FINDS = 40_000
LONG_FINDS = 4_000
QUARTER_MINUTES = 121_393
BATCH = 4_000
NOW = datetime(2026, 3, 2, tzinfo=UTC)
UPSERTS_A_FIND = 2
WANTED = 50_000


def finds(count: int, again: int, minutes: int) -> list[Message]:
    """Return messages of `count` genomes; the `again`th time they are found."""
    bars = window(minutes=minutes)
    names = ("SMA_RSI", "EMA_MACD", "PARABOLIC_SAR", "ATR_TRAILING_STOP", "BBAND_W_R")
    return [
        encode(
            discovered_strategy(
                seed,
                request_id=f"{again:08x}{seed // 5:056x}",
                symbol=f"S{seed % 20}-USD",
                strategy_name=names[seed // 5 % len(names)],
                bars=bars,
                rank=seed % 5 + 1,
            ),
            key="BTC-USD",
        )
        for seed in range(count)
    ]


def seconds(connection: Connection, bus: Bus, messages: list[Message]) -> float:
    """Return how long it takes to store `messages`."""
    for first in range(0, len(messages), BATCH):
        bus.publish(DISCOVERED_STRATEGIES, messages[first : first + BATCH])
    with connection, connection.cursor() as cursor:
        cursor.execute("DISCARD TEMP")
    started = time.perf_counter()
    done = consume(bus, Database(connection), now=NOW, batch=BATCH)
    elapsed = time.perf_counter() - started
    if done.messages != len(messages) or done.dead:
        raise RuntimeError(f"{len(messages)} stored messages are required, was {done}")
    return elapsed


def main() -> int:
    """Measure, print, and write build/benchmarks/consumer.json."""
    figures: list[Figure] = []

    def add(what: str, count: int, elapsed: float, limit: float | None = None) -> None:
        figures.append(
            Figure(what, UPSERTS_A_FIND * count / elapsed, "upserts/s", limit)
        )

    first = finds(FINDS, 0, 1_597)
    second = finds(FINDS, 1, 1_597)
    long = finds(LONG_FINDS, 2, QUARTER_MINUTES)
    with servers.postgres_server() as postgres, servers.valkey_server() as valkey:
        databases = servers.Databases(postgres)
        connection = connect(databases.create())
        redis = RedisStreamsBus.open(valkey.url())
        add("all new", FINDS, seconds(connection, MemoryBus(), first))
        add("all conflicting", FINDS, seconds(connection, MemoryBus(), first), WANTED)
        add("rediscovered", FINDS, seconds(connection, MemoryBus(), second))
        add("conflicting, from Redis", FINDS, seconds(connection, redis, second))
        add(
            "window of 84 days, new", LONG_FINDS, seconds(connection, MemoryBus(), long)
        )
        again = seconds(connection, MemoryBus(), long)
        add("window of 84 days, conflicting", LONG_FINDS, again)
        redis.close()
        connection.close()
        databases.close()
    return report("consumer", figures)


if __name__ == "__main__":
    sys.exit(main())
