"""T10, T11, T12, T19, A1: what is kept, and how it can be read."""

import hashlib
import json
from datetime import datetime

import pytest

from tests.contracts.world import (
    DAYS,
    FACTORY,
    NOW,
    SCORER,
    START,
    SYMBOLS,
    WINDOWS,
    World,
    fill,
)
from tradestream.postgres import connect
from tradestream.redis import Redis
from tradestream.testing.portfolio_rows import PortfolioRows
from tradestream.testing.servers import Databases

pytestmark = pytest.mark.integration

STATUSES = {"candidate", "probation", "validated", "refused", "retired", "stale"}
FACTORY_STATE = "processing_state:strategy_discovery_request_factory"


def test_T10_watermarks_stand_in_one_hash_a_service(world: World) -> None:
    state = world.states[FACTORY_STATE]

    corrections = {f"{symbol}/corrections" for symbol in SYMBOLS}
    assert corrections <= set(state)
    assert len(state) - len(corrections) == len(SYMBOLS) * len(WINDOWS)
    for key, value in state.items():
        assert key.split("/")[0] in SYMBOLS
        assert START < datetime.fromisoformat(value) <= NOW


def test_T10_watermarks_never_go_back(
    world: World, redis_url: str, redis_client: Redis
) -> None:
    world.redis_url = redis_url
    redis_client.set("top_cryptocurrencies", json.dumps(SYMBOLS))
    world.run("strategy_discovery_request_factory", **FACTORY)
    newest = dict(redis_client.hscan_iter(FACTORY_STATE))

    earlier = NOW.replace(hour=0, minute=1).isoformat()
    world.run("strategy_discovery_request_factory", now=earlier, **FACTORY)

    assert dict(redis_client.hscan_iter(FACTORY_STATE)) == newest


def test_T11_identity_is_a_hash_of_what_it_does_and_where(world: World) -> None:
    stored = world.query(
        "SELECT strategy_id, strategy_name, symbol, interval, parameters::text"
        " FROM strategies"
    )

    assert len(stored) > 10
    for identity, name, symbol, interval, parameters in stored:
        canonical = json.dumps(
            {
                "strategy_name": name,
                "parameters": json.loads(parameters),
                "symbol": symbol,
                "interval": interval,
            },
            sort_keys=True,
            separators=(",", ":"),
        )
        assert identity == hashlib.sha256(canonical.encode()).hexdigest()


def test_T11_one_row_a_strategy_with_its_evaluations_best_and_latest(
    world: World,
) -> None:
    lost = world.query(
        "SELECT count(*) FROM strategies s WHERE NOT EXISTS"
        " (SELECT FROM evaluations e WHERE e.strategy_id = s.strategy_id"
        "  AND e.evaluation_id = s.best_evaluation_id) OR NOT EXISTS"
        " (SELECT FROM evaluations e WHERE e.strategy_id = s.strategy_id"
        "  AND e.evaluation_id = s.latest_evaluation_id)"
    )
    statuses = {s for (s,) in world.query("SELECT DISTINCT status FROM strategies")}
    exams = world.query("SELECT symbol, exam_number FROM exams ORDER BY 1")

    assert lost == [(0,)]
    assert {"candidate", "validated"} <= statuses <= STATUSES
    assert exams == [(symbol, 1) for symbol in sorted(SYMBOLS)]
    for table in ("claims", "trials", "exam_passes", "status_changes"):
        world.query(f"SELECT * FROM {table} LIMIT 0")


def test_T11_every_time_knows_its_zone(world: World) -> None:
    naive = world.query(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public'"
        " AND data_type IN ('timestamp without time zone', 'date', 'time')"
        " AND column_name NOT LIKE '%%_day'"
    )

    assert naive == []


def test_T12_parameters_are_read_by_name_in_sql(world: World) -> None:
    types = world.query(
        "SELECT table_name, data_type FROM information_schema.columns"
        " WHERE column_name = 'parameters' AND table_schema = 'public'"
    )
    periods = world.query(
        "SELECT (parameters ->> 'donchianPeriod')::int FROM strategies"
        " WHERE strategy_name = 'DONCHIAN_BREAKOUT'"
    )

    assert len(types) >= 4
    assert {kind for _, kind in types} == {"jsonb"}
    assert len(periods) > 0
    assert all(10 <= period <= 50 for (period,) in periods)


def test_T19_exams_are_taken_with_k_and_announced_in_one_transaction(
    world: World,
) -> None:
    asked = world.query(
        "SELECT e.request_id FROM exams e JOIN outbox o"
        " ON o.headers ->> 'request_id' = e.request_id"
        " WHERE o.created_at = e.requested_at AND o.published_at IS NOT NULL"
    )

    assert len(asked) == len(SYMBOLS)


def test_T19_validated_by_the_exam_with_its_evidence(world: World) -> None:
    proven = world.query(
        "SELECT s.symbol, c.door, c.evidence, c.reason FROM strategies s"
        " JOIN status_changes c USING (strategy_id)"
        " WHERE s.status = 'validated' AND c.to_status = 'validated'"
    )

    assert len(proven) > 0
    assert {symbol for symbol, *_ in proven} == {"TREND-USD"}
    for _, door, evidence, reason in proven:
        assert door == "A"
        assert evidence["k"] == 1
        assert evidence["t"] >= evidence["critical"]
        assert reason


def test_T19_a_score_is_the_weighted_sum_of_its_parts(world: World) -> None:
    scores = world.query(
        "SELECT score, performance, frequency, recency, explanation"
        " FROM strategy_scores"
    )

    assert len(scores) > 10
    for score, performance, frequency, recency, explanation in scores:
        weighted = 0.6 * performance + 0.25 * frequency + 0.15 * recency
        assert score == pytest.approx(weighted)
        assert explanation


def test_T19_weights_are_flags(databases: Databases, redis_url: str) -> None:
    url = databases.create()
    fill(url)
    connection = connect(url)
    PortfolioRows(connection, NOW).strategy("TREND-USD", status="candidate", score=None)
    mine = World(url, redis_url)

    mine.run(
        "strategy_confidence_scorer",
        performance_weight=0,
        frequency_weight=0,
        recency_weight=1,
        **SCORER,
    )

    ((score, recency),) = mine.query("SELECT score, recency FROM strategy_scores")
    assert score == pytest.approx(recency)
    connection.close()
    databases.drop(url)


def test_A01_prices_are_exact_and_bars_have_one_key(world: World) -> None:
    columns = {
        name: (kind, precision, scale)
        for name, kind, precision, scale in world.query(
            "SELECT column_name, data_type, numeric_precision, numeric_scale"
            " FROM information_schema.columns WHERE table_name = 'market_data'"
        )
    }
    (key,) = world.query(
        "SELECT pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = 'market_data'::regclass AND indisprimary"
    )
    indexes = [
        row[0]
        for row in world.query(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'market_data'"
        )
    ]

    for price in ("open", "high", "low", "close"):
        assert columns[price] == ("numeric", 20, 10)
    assert columns["timestamp"][0] == "timestamp with time zone"
    assert {"source", "written_at"} <= columns.keys()
    assert '(symbol, "timestamp")' in key[0]
    assert any('(symbol, "timestamp" DESC)' in index for index in indexes)


def test_A01_only_minutes_are_kept_and_a_range_is_read_by_index(world: World) -> None:
    counted = world.query(
        "SELECT symbol, count(*), bool_and(extract(second FROM timestamp) = 0)"
        " FROM market_data GROUP BY 1 ORDER BY 1"
    )
    plan = "\n".join(
        row[0]
        for row in world.query(
            "EXPLAIN SELECT * FROM market_data WHERE symbol = 'TREND-USD'"
            " AND timestamp >= %s AND timestamp < %s",
            NOW.replace(hour=0, minute=0),
            NOW,
        )
    )

    assert counted == [(s, DAYS * 1440 + 10, True) for s in sorted(SYMBOLS)]
    assert "market_data_" in plan
    assert "Seq Scan" not in plan
