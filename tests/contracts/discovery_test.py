"""T1, T2, T16, T17, T18: what discovery is asked, answers, and leaves behind."""

import json
import random
from datetime import UTC, timedelta
from itertools import combinations

import numpy as np
import pytest

from protos.discovery.v1.request_pb2 import (
    HistoryExamRequest,
    StrategyDiscoveryRequest,
)
from protos.discovery.v1.result_pb2 import (
    DiscoveredStrategy,
    HistoryExamResult,
    SearchSummary,
)
from tests.contracts.world import FACTORY, NOW, START, SYMBOLS, WINDOWS, World, market
from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import DISCOVERED_STRATEGIES, DISCOVERY_REQUESTS
from tradestream.candles import to_datetime
from tradestream.discovery.design import design
from tradestream.discovery.requests import request_id
from tradestream.instruments import Instrument
from tradestream.postgres import connect
from tradestream.redis import Redis
from tradestream.strategies.catalogue import CATALOGUE
from tradestream.strategies.messages import parameters_from_proto
from tradestream.testing.portfolio_rows import rows

pytestmark = pytest.mark.integration

HOUR = timedelta(hours=1)
MOST_EXAM_PASSES = 20


def test_T01_requests_say_what_to_search_and_are_named_by_it(world: World) -> None:
    requests = world.messages(DISCOVERY_REQUESTS, StrategyDiscoveryRequest)

    assert {r.symbol for r in requests} == set(SYMBOLS)
    assert {r.strategy_name for r in requests} == set(CATALOGUE)
    for request in requests:
        assert request.interval == "1m"
        span = request.end_time.seconds - request.start_time.seconds
        assert span // 60 in WINDOWS
        assert request.end_time.ToDatetime(UTC) <= NOW
        assert (request.fee_bps, request.slippage_bps) == (10, 2)
        assert request.objective == "excess_sharpe"
        assert request.request_id == request_id(request)
        renamed = StrategyDiscoveryRequest()
        renamed.CopyFrom(request)
        renamed.fee_bps = 11
        assert request_id(renamed) != request.request_id


def test_T01_exams_are_asked_on_the_same_topic_with_k_and_alpha(world: World) -> None:
    exams = world.messages(DISCOVERY_REQUESTS, HistoryExamRequest)

    assert sorted(e.symbol for e in exams) == sorted(SYMBOLS)
    for exam in exams:
        assert exam.request_id == request_id(exam)
        assert exam.exam_number == 1
        assert exam.alpha == pytest.approx(0.025 * 6 / np.pi**2)
        assert exam.design_hash == design().hash
        assert exam.start_time.seconds % 3600 == exam.end_time.seconds % 3600 == 0
        assert NOW - exam.end_time.ToDatetime(UTC) >= HOUR


def test_T01_headers_name_type_schema_and_request(world: World) -> None:
    ours = [
        r.message
        for r in world.records[DISCOVERY_REQUESTS]
        if r.message.headers["type"] != "nonsense"
    ]

    for message in ours:
        assert message.key in SYMBOLS
        assert message.headers["type"].startswith("tradestream.discovery.v1.")
        assert message.headers["schema"].endswith(".proto")
        assert len(message.headers["request_id"]) == 64
        assert message.headers["correlation_id"]


def test_T02_every_search_answers_finds_and_a_summary(world: World) -> None:
    asked = {
        r.request_id: r
        for r in world.messages(DISCOVERY_REQUESTS, StrategyDiscoveryRequest)
    }
    summaries = world.messages(DISCOVERED_STRATEGIES, SearchSummary)
    finds = world.messages(DISCOVERED_STRATEGIES, DiscoveredStrategy)

    assert {s.request_id for s in summaries} == set(asked)
    for summary in summaries:
        mine = [f for f in finds if f.request_id == summary.request_id]
        assert summary.results == len(mine)
        assert summary.trials >= summary.trials_with_trades
        assert summary.sharpe_square_sum >= 0
        assert summary.certificate in ("genetic", "exhaustive")
    for find in finds:
        request = asked[find.request_id]
        assert find.strategy_name == request.strategy_name
        assert find.window.anchor.seconds >= request.start_time.seconds
        hours = len(find.hourly.strategy)
        assert hours == len(find.hourly.market) > 0
        assert find.hourly.first_hour.seconds % 3600 == 0
        assert find.seed > 0
        assert find.code_version
        assert len(find.data_fingerprint) == 64
        CATALOGUE[find.strategy_name].check(parameters_from_proto(find.parameters))


def test_T02_the_numbers_of_a_find_are_those_of_its_backtest(world: World) -> None:
    find = world.messages(DISCOVERED_STRATEGIES, DiscoveredStrategy)[0]
    seed = SYMBOLS.index(find.symbol) + 1
    bars = market(find.symbol, seed=seed).between(
        find.window.anchor.ToDatetime(UTC), find.window.end_time.ToDatetime(UTC)
    )
    window = Window(bars, Instrument(find.symbol, 0.01, 1.0), Costs(10, 2))
    genome = window.genome(find.strategy_name, parameters_from_proto(find.parameters))

    evaluation = window.evaluate(find.strategy_name, genome)

    assert find.data_fingerprint == bars.fingerprint()
    assert find.metrics.trades == int(evaluation.trades[0])
    assert find.metrics.total_return == pytest.approx(evaluation.total_return[0])
    assert list(find.hourly.strategy) == pytest.approx(
        evaluation.hourly[0].astype(np.float32).tolist()
    )


def test_T02_an_exam_answers_what_passed_in_full(world: World) -> None:
    results = world.messages(DISCOVERED_STRATEGIES, HistoryExamResult)

    assert sorted(r.symbol for r in results) == sorted(SYMBOLS)
    for result in results:
        assert result.genomes == sum(len(g) for g in design().genomes.values())
        assert result.eligible <= result.genomes
        assert len(result.passing) <= MOST_EXAM_PASSES
        for passed in result.passing:
            assert passed.t >= result.critical_value
            assert len(passed.strategy.hourly.strategy) > 0
            assert passed.strategy.metrics.total_return > 0
        excess = [
            np.array(p.strategy.hourly.strategy)
            - p.strategy.metrics.exposure * np.array(p.strategy.hourly.market)
            for p in result.passing
        ]
        for a, b in combinations(excess, 2):
            assert np.corrcoef(a, b)[0, 1] <= 0.9 + 1e-6
    planted = next(r for r in results if r.symbol == "TREND-USD")
    assert len(planted.passing) > 0


def test_T16_asks_for_every_window_that_the_store_holds(world: World) -> None:
    requests = world.messages(DISCOVERY_REQUESTS, StrategyDiscoveryRequest)

    assert len(requests) == len(SYMBOLS) * len(WINDOWS) * len(CATALOGUE)
    assert len({r.request_id for r in requests}) == len(requests)
    assert all(r.start_time.ToDatetime(UTC) >= START for r in requests)


def test_T16_a_rerun_asks_nothing_twice_and_a_lost_watermark_the_same(
    world: World, redis_url: str, redis_client: Redis, redis_bus: RedisStreamsBus
) -> None:
    world.redis_url = redis_url
    redis_client.set("top_cryptocurrencies", json.dumps(SYMBOLS))

    first = world.run("strategy_discovery_request_factory", **FACTORY)
    rerun = world.run("strategy_discovery_request_factory", **FACTORY)
    redis_client.delete("processing_state:strategy_discovery_request_factory")
    again = world.run("strategy_discovery_request_factory", **FACTORY)

    said = [r.message.value for r in redis_bus.newest(DISCOVERY_REQUESTS, 1000)]
    count = int(first["requests"])
    assert count == again["requests"] > 0
    assert rerun["requests"] == 0
    assert sorted(said[:count]) == sorted(said[count:])


def test_T16_stops_adding_when_workers_are_behind(
    world: World, redis_url: str, redis_client: Redis
) -> None:
    world.redis_url = redis_url
    redis_client.set("top_cryptocurrencies", json.dumps(SYMBOLS))
    world.run("strategy_discovery_request_factory", **FACTORY)

    line = world.run("strategy_discovery_request_factory", windows="2584", max_lag=1)

    assert line["requests"] == 0
    assert line["spans_left_by_lag"] == len(SYMBOLS)


def test_T16_asks_9600_requests_in_one_execution(
    world: World, redis_url: str, redis_client: Redis, redis_bus: RedisStreamsBus
) -> None:
    world.redis_url = redis_url
    redis_client.set("top_cryptocurrencies", json.dumps(SYMBOLS))
    windows = range(100, 100 + 480)

    line = world.run(
        "strategy_discovery_request_factory",
        windows=",".join(map(str, windows)),
        max_lag=100_000,
    )

    assert line["requests"] == 2 * 480 * len(CATALOGUE) >= 9600
    assert redis_bus.lag(DISCOVERY_REQUESTS, "strategy_discovery") >= 9600


def test_T17_population_50_for_30_generations_and_the_5_best_distinct(
    world: World,
) -> None:
    requests = world.messages(DISCOVERY_REQUESTS, StrategyDiscoveryRequest)
    finds = world.messages(DISCOVERED_STRATEGIES, DiscoveredStrategy)

    for request in requests:
        assert request.ga_config.population_size == 50
        assert request.ga_config.max_generations == 30
        assert request.top_n == 5
        mine = sorted(
            (f for f in finds if f.request_id == request.request_id),
            key=lambda f: f.rank,
        )
        assert [f.rank for f in mine] == list(range(1, len(mine) + 1))
        assert len(mine) <= 5
        genomes = {str(parameters_from_proto(f.parameters)) for f in mine}
        assert len(genomes) == len(mine)
        scores = [f.score for f in mine]
        assert scores == sorted(scores, reverse=True)
    assert any(f.rank == 5 for f in finds)


def test_T18_duplicates_and_reorderings_change_nothing(
    world: World, redis_url: str, redis_bus: RedisStreamsBus
) -> None:
    world.redis_url = redis_url
    connection = connect(world.postgres_url)
    tables = ("strategies", "evaluations", "trials", "exams", "exam_passes")
    before = [rows(connection, table) for table in tables]
    again = [r.message for r in world.records[DISCOVERED_STRATEGIES]] * 2
    random.Random(1).shuffle(again)
    redis_bus.publish(DISCOVERED_STRATEGIES, again)

    line = world.run("strategy_consumer")

    assert line["messages"] == len(again)
    assert [rows(connection, table) for table in tables] == before
    assert redis_bus.lag(DISCOVERED_STRATEGIES, "strategy_consumer") == 0
    connection.close()


def test_T18_stored_what_was_found(world: World) -> None:
    finds = world.messages(DISCOVERED_STRATEGIES, DiscoveredStrategy)
    summaries = world.messages(DISCOVERED_STRATEGIES, SearchSummary)
    passed = [
        p.strategy
        for r in world.messages(DISCOVERED_STRATEGIES, HistoryExamResult)
        for p in r.passing
    ]

    evaluations = world.query("SELECT count(*) FROM evaluations")
    trials = world.query("SELECT sum(trials) FROM trials")
    anchors = {at for (at,) in world.query("SELECT anchor_at FROM evaluations")}

    assert evaluations == [(len(finds) + len(passed),)]
    assert trials == [(sum(s.trials for s in summaries),)]
    assert anchors == {to_datetime(f.window.anchor.seconds) for f in finds + passed}
