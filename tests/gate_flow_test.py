"""From candles to proof: factory, scorer, worker, and consumer together."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from psycopg2.extensions import connection as Connection

from tradestream.candle_store.factory import open_candle_store
from tradestream.candle_store.port import CandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.instruments import Instrument
from tradestream.testing.rooms import run_room

pytestmark = pytest.mark.integration

START = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 10
TREND, NOISE = "TREND-USD", "NOISE-USD"
NOW = START + timedelta(days=8, minutes=7)
LATER = START + timedelta(days=10)


def market(symbol: str, seed: int) -> CandleSeries:
    """Return minute bars; TREND drifts for hours, NOISE never."""
    bars = DAYS * 1440
    random = np.random.default_rng(seed)
    turns = np.cumsum(random.random(bars) < 1 / 300) % 2
    drift = (4e-4 if symbol == TREND else 0.0) * np.where(turns, 1, -1)
    closes = np.round(5e4 * np.exp(np.cumsum(drift + random.normal(0, 5e-4, bars))), 2)
    opens = np.append(closes[0], closes[:-1])
    highs, lows = np.maximum(opens, closes), np.minimum(opens, closes)
    times = to_seconds(START) + 60 * np.arange(bars)
    return CandleSeries(symbol, 60, times, opens, highs, lows, closes, np.ones(bars))


def write_until(store: CandleStore, now: datetime) -> None:
    for seed, symbol in enumerate((TREND, NOISE)):
        bars = market(symbol, seed).between(START, now - timedelta(seconds=59))
        store.write(bars, source="test", written_at=now)
        store.write_instruments([Instrument(symbol, 0.01, 1.0)])


def one_round(urls: dict[str, str], now: datetime) -> None:
    """Run the rooms once, in the order of the demo."""
    shared = {"bus_url": urls["redis"], "now": now.isoformat()}
    candles = {"candles_url": urls["postgres"]}
    records = {"postgres_url": urls["postgres"]}
    gate = {**shared, **candles, **records, "backfill_start": START.isoformat()}
    for room, flags in (
        (
            "strategy_discovery_request_factory",
            {
                **shared,
                **candles,
                "redis_url": urls["redis"],
                "windows": "4181",
                "strategies": "SMA_EMA_CROSSOVER,DONCHIAN_BREAKOUT",
                "population_size": "10",
                "max_generations": "3",
            },
        ),
        ("strategy_confidence_scorer", gate),
        (
            "strategy_discovery",
            {**shared, **candles, "member": "test", "workers": "1", "drain": "true"},
        ),
        ("strategy_consumer", {**shared, **records}),
        ("strategy_confidence_scorer", gate),
    ):
        finished = run_room(room, flags)
        assert finished.returncode == 0, finished.stderr


def rows(connection: Connection, sql: str) -> list[tuple[Any, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_a_planted_edge_is_proven_and_noise_is_not(
    redis_url: str, redis_client: Any, postgres_url: str, postgres: Connection
) -> None:
    urls = {"redis": redis_url, "postgres": postgres_url}
    store = open_candle_store(postgres_url)
    redis_client.set("top_cryptocurrencies", json.dumps([TREND, NOISE]))
    write_until(store, NOW)

    one_round(urls, NOW)

    exams = rows(postgres, "SELECT symbol, exam_number, settled_at, stale FROM exams")
    assert sorted(exams) == [(NOISE, 1, NOW, False), (TREND, 1, NOW, False)]
    proven = rows(
        postgres,
        "SELECT DISTINCT s.symbol, c.door FROM strategies s"
        " JOIN status_changes c USING (strategy_id) JOIN strategy_scores USING"
        " (strategy_id) WHERE s.status = 'validated' AND c.to_status = 'validated'",
    )
    assert proven == [(TREND, "A")]
    claims = rows(postgres, "SELECT symbol, folded_until = born_at FROM claims")
    assert (TREND, True) in claims

    write_until(store, LATER)
    one_round(urls, LATER)
    store.close()

    assert rows(
        postgres,
        "SELECT bool_and(folded_until > born_at + interval '30 hours') FROM claims"
        " WHERE born_at < '2026-03-09 12:00+00'",
    ) == [(True,)]
    assert rows(postgres, "SELECT count(*) FROM claims WHERE state = 'closed'") == [
        (0,)
    ]
    assert rows(
        postgres, "SELECT DISTINCT symbol FROM strategies WHERE status = 'validated'"
    ) == [(TREND,)]
    assert rows(postgres, "SELECT count(*) FROM evaluations WHERE stale") == [(0,)]
