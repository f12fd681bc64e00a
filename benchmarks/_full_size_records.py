"""Postgres with millions of evaluations: scorer, consumer, a list of strategies.

Strategies are real points of the types' spaces, the same for each symbol, so that
neighbours are found; evaluations are of windows of a day. What is written goes in
without foreign keys being looked at, in one statement a table, and is then analyzed.
"""

import json
import random
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from io import StringIO

import numpy as np
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor

from benchmarks.consumer import NOW, UPSERTS_A_FIND, finds, seconds
from benchmarks.figures import Figure
from services.strategy_confidence_scorer.score import score
from services.strategy_confidence_scorer.settings import Settings
from tradestream.bus.memory import MemoryBus
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.discovery.genome import Space
from tradestream.portfolio.confidence import Weights
from tradestream.postgres import connect
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.identity import strategy_id
from tradestream.testing import servers

SYMBOLS = tuple(f"S{number}-USD" for number in range(20))
EVALUATIONS_A_STRATEGY = 5
LISTS = 1_000
PAGE = 50
FINDS = 40_000
WANTED_SCORER, WANTED_SHARE, WANTED_LIST = 5.0, 50.0, 100.0

_EVALUATIONS = f"""
INSERT INTO evaluations
SELECT md5(strategy_id || n) || md5(n || strategy_id), strategy_id,
    md5(symbol || strategy_name || n) || md5(n || symbol), symbol,
    at - INTERVAL '1 day', at, at - INTERVAL '1 day', 0.01, 0.001, 1440, 0,
    random(), NULL, jsonb_build_object('excess_sharpe', random(), 'trades', 40),
    at - INTERVAL '1 day', array_fill(0::real, ARRAY[24]),
    array_fill(0::real, ARRAY[24]), 10, 2, 1, 'version', repeat('0', 64), false, at
FROM strategies, generate_series(1, {EVALUATIONS_A_STRATEGY}) AS n,
    LATERAL (SELECT %(now)s::timestamptz - n * INTERVAL '1 day') AS t (at)
"""
_CHOSEN = """
UPDATE strategies SET best_score = e.score, latest_window_end_at = %(now)s
    - INTERVAL '1 day'
FROM evaluations AS e WHERE e.evaluation_id = best_evaluation_id
"""
_TRIALS = """
INSERT INTO trials
SELECT md5(symbol || 'new') || md5(symbol), symbol, '1m', 'SMA_RSI',
    %(now)s::timestamptz - INTERVAL '1 day', %(now)s, 1500, 900, 0, 0, 'genetic', 5,
    'version', repeat('0', 64), %(now)s
FROM unnest(%(symbols)s) AS symbol
"""
_LIST = """
SELECT s.strategy_id, s.strategy_name, s.parameters, s.best_score, sc.score
FROM strategies AS s LEFT JOIN strategy_scores AS sc USING (strategy_id)
WHERE s.symbol = %(symbol)s AND s.status = 'candidate'
AND s.best_score <= %(score)s AND (s.best_score, s.strategy_id) < (%(score)s, %(after)s)
ORDER BY s.best_score DESC NULLS LAST, s.strategy_id DESC LIMIT %(page)s
"""


def measure(evaluations: int) -> list[Figure]:
    """Return the figures with so many stored evaluations."""
    with servers.postgres_server() as postgres:
        databases = servers.Databases(postgres)
        with closing(connect(databases.create())) as connection:
            empty = _upserts(connection, again=0)
        with closing(connect(databases.create())) as connection:
            stored = fill(connection, evaluations)
            figures = [
                Figure("evaluations stored", stored, "evaluations"),
                Figure("disk an evaluation of a day", _bytes(connection) / stored, "B"),
                *_scorer(connection),
                *_list(connection),
            ]
            full = _upserts(connection, again=0)
        databases.close()
    share = 100 * full / empty
    return [
        *figures,
        Figure("consumer, new rows into empty tables", empty, "upserts/s"),
        Figure("consumer, new rows beside them", full, "upserts/s"),
        Figure("share of the empty rate", share, "%", WANTED_SHARE),
    ]


def fill(connection: Connection, evaluations: int) -> int:
    """Write strategies and evaluations; return how many evaluations."""
    count = evaluations // EVALUATIONS_A_STRATEGY // len(SYMBOLS)
    with connection, connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for symbol in SYMBOLS:
            _copy_strategies(cursor, symbol, count)
        cursor.execute(_EVALUATIONS, {"now": NOW})
        written = cursor.rowcount
        cursor.execute(_CHOSEN, {"now": NOW})
        cursor.execute("SET session_replication_role = DEFAULT")
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.autocommit = False
    return written


def _copy_strategies(cursor: Cursor, symbol: str, count: int) -> None:
    lines = StringIO()
    for name, parameters in _genomes(count):
        key = strategy_id(name, parameters, symbol, "1m")
        written = json.dumps(parameters)
        lines.write(f"{key}\t{name}\t{symbol}\t1m\t{written}\t{NOW.isoformat()}\t")
        lines.write(f"{NOW.isoformat()}\n")
    lines.seek(0)
    cursor.copy_expert(
        "COPY strategies (strategy_id, strategy_name, symbol, interval, parameters,"
        " status_changed_at, created_at) FROM STDIN",
        lines,
    )
    cursor.execute(
        "UPDATE strategies SET"
        " best_evaluation_id = md5(strategy_id || 3) || md5(3 || strategy_id),"
        " latest_evaluation_id = md5(strategy_id || 1) || md5(1 || strategy_id)"
        " WHERE symbol = %s",
        (symbol,),
    )


def _genomes(count: int) -> Iterator[tuple[str, dict[str, float | int]]]:
    """Yield distinct genomes of the types with room enough, as many of each."""
    spaces = [Space(kind) for kind in CATALOGUE.values()]
    spaces = [space for space in spaces if space.size() > 4 * count / len(spaces)]
    each = -(-count // len(spaces))
    for space in spaces:
        points = np.unique(space.random(3 * each, seed=1), axis=0)[:each]
        for point in points:
            yield space.strategy.name, space.parameters(point)


def _bytes(connection: Connection) -> float:
    """Return the size of the database, indexes and strategies included."""
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        row = cursor.fetchone()
    return float(row[0]) if row else 0.0


def _upserts(connection: Connection, *, again: int) -> float:
    messages = finds(FINDS, again, 1_440)
    return UPSERTS_A_FIND * FINDS / seconds(connection, MemoryBus(), messages)


def _scorer(connection: Connection) -> list[Figure]:
    """Run the scorer twice: as once a day, and as every five minutes."""
    first = _score(connection)
    with connection, connection.cursor() as cursor:
        cursor.execute(_TRIALS, {"now": NOW, "symbols": list(SYMBOLS)})
        # There are no bars to train claims on here, so that no run would be the
        # day's last to rank all strategies for them.
        cursor.execute("UPDATE gate_progress SET claims_day = %s", (NOW.date(),))
    again = _score(connection)
    return [
        Figure("scorer, first run of a day, which ranks them all", first, "s"),
        Figure("scorer, next run", again, "s", WANTED_SCORER, less_is_better=True),
    ]


def _score(connection: Connection) -> float:
    settings = Settings(
        backfill_start=NOW - timedelta(days=365),
        max_missing=0.05,
        fee_bps=10.0,
        slippage_bps=2.0,
        ask_again_after=timedelta(hours=6),
        pooled=False,
        keep_evaluations=timedelta(days=14),
        weights=Weights(0.6, 0.25, 0.15),
    )
    started = time.perf_counter()
    told = score(
        connection,
        MemoryBus,
        MemoryCandleStore(),
        symbols=SYMBOLS,
        settings=settings,
        now=NOW,
    )
    elapsed = time.perf_counter() - started
    if not told.scored:
        raise RuntimeError("scored strategies are required, was none")
    return elapsed


def _list(connection: Connection) -> list[Figure]:
    """Ask for pages of a symbol's strategies by score, from random places on."""
    source = random.Random(1)
    took = []
    for _ in range(LISTS):
        symbol = source.choice(SYMBOLS)
        started = time.perf_counter()
        page = {"symbol": symbol, "score": source.uniform(0.1, 1.0), "page": PAGE}
        with connection, connection.cursor() as cursor:
            cursor.execute(_LIST, {**page, "after": "g"})  # after every identity
            rows = cursor.fetchall()
        took.append(1_000 * (time.perf_counter() - started))
        if not rows:
            raise RuntimeError(f"strategies of {symbol} are required, was none")
    p50, p99 = np.percentile(took, [50, 99])
    return [
        Figure("strategy list, median", float(p50), "ms"),
        Figure(
            "strategy list, p99", float(p99), "ms", WANTED_LIST, less_is_better=True
        ),
    ]
