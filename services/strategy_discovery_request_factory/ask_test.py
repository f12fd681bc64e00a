"""One run of the factory against fakes that pass the adapters' contracts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from protos.discovery.v1.request_pb2 import StrategyDiscoveryRequest
from services.strategy_discovery_request_factory.ask import (
    WORKER_GROUP,
    Asked,
    Limits,
    ask,
)
from services.strategy_discovery_request_factory.requests import SearchPlan
from tradestream.bus.codec import decode
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERY_REQUESTS
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.discovery.request_messages import search_request_from_proto
from tradestream.discovery.requests import request_id
from tradestream.errors import UnavailableError

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PLAN = SearchPlan(
    strategies=("SMA_RSI", "EMA_MACD"),
    top_n=5,
    population_size=50,
    max_generations=30,
    seed=0,
    fee_bps=10,
    slippage_bps=2,
    objective="excess_sharpe",
)
LIMITS = Limits(windows=(100, 200), min_advance=0.05, max_missing=0.05, max_lag=100)


class MemoryWatermarks:
    """Watermarks in a dictionary."""

    def __init__(self) -> None:
        self.ends: dict[str, datetime] = {}

    def read(self, fields: Sequence[str]) -> Sequence[datetime | None]:
        return [self.ends.get(field) for field in fields]

    def write(self, watermarks: Mapping[str, datetime]) -> None:
        self.ends.update(watermarks)


class Setting:
    """A store with bars, a bus, and watermarks."""

    def __init__(self, *symbols: str, minutes: int = 300) -> None:
        self.store = MemoryCandleStore()
        self.bus = MemoryBus()
        self.watermarks = MemoryWatermarks()
        self.symbols = symbols or ("BTC-USD",)
        for symbol in self.symbols:
            self.add(symbol, NOW - minutes * MINUTE, NOW)

    def add(self, symbol: str, start: datetime, end: datetime) -> None:
        times = np.arange(to_seconds(start), to_seconds(end), 60)
        price = np.full(len(times), 100.0)
        bars = CandleSeries(symbol, 60, times, price, price, price, price, price)
        self.store.write(bars, source="test", written_at=NOW)

    def run(
        self, plan: SearchPlan = PLAN, limits: Limits = LIMITS, now: datetime = NOW
    ) -> Asked:
        return ask(
            self.store,
            self.bus,
            self.watermarks,
            self.symbols,
            plan,
            limits,
            now=now,
        )

    def requests(self) -> list[StrategyDiscoveryRequest]:
        records = self.bus.newest(DISCOVERY_REQUESTS, 10_000)
        return [decode(record, StrategyDiscoveryRequest) for record in records]


def test_asks_for_each_strategy_on_each_window() -> None:
    setting = Setting("BTC-USD", "ETH-USD")

    asked = setting.run()

    requests = setting.requests()
    asked_for = {
        (r.symbol, r.end_time.seconds - r.start_time.seconds, r.strategy_name)
        for r in requests
    }
    assert asked.requests == len(requests) == len(asked_for) == 8
    assert ("ETH-USD", 12_000, "EMA_MACD") in asked_for


def test_what_is_asked_is_what_the_worker_accepts() -> None:
    setting = Setting()
    setting.run()

    for message in setting.requests():
        request = search_request_from_proto(message)
        assert request.request_id == request_id(message)
        assert request.span.end <= NOW


def test_a_message_carries_its_id_and_key() -> None:
    setting = Setting()
    setting.run()

    [*_, last] = setting.bus.topics[DISCOVERY_REQUESTS]
    identity = setting.requests()[-1].request_id
    assert last.key == "BTC-USD"
    assert last.headers["request_id"] == identity
    assert last.headers["correlation_id"] == identity


def test_a_rerun_asks_nothing_twice() -> None:
    setting = Setting()
    setting.run()

    again = setting.run()

    assert again.requests == 0
    assert len(setting.requests()) == 4


def test_time_asks_again_for_windows_that_moved_enough() -> None:
    setting = Setting()
    setting.run()
    setting.add("BTC-USD", NOW, NOW + 5 * MINUTE)

    asked = setting.run(now=NOW + 5 * MINUTE)

    assert asked.spans == 1  # 5 % of 100 minutes, but not of 200


def test_lost_watermarks_bring_the_same_requests_again() -> None:
    setting = Setting()
    setting.run()
    setting.watermarks.ends.clear()

    setting.run()

    requests = [r.SerializeToString() for r in setting.requests()]
    assert requests[:4] == requests[4:]


def test_another_plan_has_watermarks_of_its_own() -> None:
    setting = Setting()
    setting.run()

    asked = setting.run(plan=replace(PLAN, fee_bps=0))

    assert asked.requests == 4
    assert len({r.request_id for r in setting.requests()}) == 8


def test_a_span_older_than_the_store_waits() -> None:
    setting = Setting(minutes=150)

    asked = setting.run()

    assert (asked.spans, asked.not_held) == (1, 1)


def test_a_span_with_a_gap_waits_until_it_is_filled() -> None:
    setting = Setting(minutes=100)
    setting.add("BTC-USD", NOW - 300 * MINUTE, NOW - 103 * MINUTE)
    before = setting.run()
    setting.add("BTC-USD", NOW - 103 * MINUTE, NOW - 100 * MINUTE)

    after = setting.run()

    assert (before.spans, before.not_held) == (1, 1)
    assert (after.spans, after.not_held) == (1, 0)


def test_holes_of_the_venue_do_not_wait() -> None:
    setting = Setting(minutes=100)
    setting.add("BTC-USD", NOW - 300 * MINUTE, NOW - 103 * MINUTE)
    hole = (NOW - 103 * MINUTE, NOW - 100 * MINUTE)
    setting.store.record_venue_holes("BTC-USD", [hole], checked_at=NOW)

    assert setting.run().spans == 2


def test_a_symbol_without_bars_is_named() -> None:
    setting = Setting()
    setting.symbols = ("NEW-USD", "BTC-USD")

    asked = setting.run()

    assert asked.without_bars == ["NEW-USD"]
    assert asked.requests == 4


def test_adds_nothing_while_workers_are_behind() -> None:
    setting = Setting()
    setting.bus.publish(DISCOVERY_REQUESTS, [Message("k", b"")] * 101)

    asked = setting.run()

    assert (asked.requests, asked.left_by_lag, asked.lag) == (0, 2, 101)
    assert setting.watermarks.ends == {}


def test_what_lag_left_is_asked_for_later() -> None:
    setting = Setting()
    setting.bus.publish(DISCOVERY_REQUESTS, [Message("k", b"")] * 101)
    setting.run()
    consumer = setting.bus.consumer(DISCOVERY_REQUESTS, WORKER_GROUP)
    consumer.commit(consumer.poll(200, 0))

    assert setting.run().requests == 4


class BrokenBus(MemoryBus):
    """A bus that takes one batch and does not say so."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        super().publish(topic, messages)
        raise UnavailableError("the bus went away")


def test_a_watermark_does_not_move_without_the_acknowledgement() -> None:
    setting = Setting()
    setting.bus = BrokenBus()

    with pytest.raises(UnavailableError):
        setting.run()

    assert setting.watermarks.ends == {}


def test_spans_on_corrected_candles_are_asked_again_under_the_same_ids() -> None:
    setting = Setting()
    setting.run()
    before = {r.request_id: r for r in setting.requests()}
    at = NOW - 150 * MINUTE
    bar = setting.store.read("BTC-USD", 60, at, at + MINUTE)
    corrected = replace(bar, highs=bar.highs + 1)
    setting.store.write(corrected, source="test", written_at=NOW + MINUTE)
    later = NOW + 20 * MINUTE

    # Looked at before the scorer has marked what it made stale: not yet.
    early = setting.run(now=NOW + 5 * MINUTE)
    asked = setting.run(now=later)
    again = setting.run(now=later + MINUTE)

    # The span of 200 minutes holds the bar, that of 100 does not.
    assert (early.corrected, asked.corrected, again.corrected) == (0, 1, 0)
    assert asked.requests == len(PLAN.strategies)
    repeated = setting.requests()[len(before) :]
    assert {r.request_id for r in repeated} < set(before)
    for request in repeated:
        assert request == before[request.request_id]
        assert request.end_time.seconds - request.start_time.seconds == 12_000


def test_a_span_that_moves_on_is_not_asked_again() -> None:
    setting = Setting()
    setting.run()
    at = NOW - 50 * MINUTE
    bar = setting.store.read("BTC-USD", 60, at, at + MINUTE)
    changed = replace(bar, highs=bar.highs + 1)
    setting.store.write(changed, source="test", written_at=NOW + MINUTE)
    setting.add("BTC-USD", NOW, NOW + 60 * MINUTE)

    asked = setting.run(now=NOW + 60 * MINUTE)

    assert (asked.spans, asked.corrected) == (2, 0)
    assert {r.end_time.seconds for r in setting.requests()[4:]} == {
        to_seconds(NOW + 60 * MINUTE)
    }


def test_corrections_wait_while_workers_are_behind() -> None:
    setting = Setting()
    setting.run()
    at = NOW - 150 * MINUTE
    bar = setting.store.read("BTC-USD", 60, at, at + MINUTE)
    changed = replace(bar, highs=bar.highs + 1)
    setting.store.write(changed, source="test", written_at=NOW + MINUTE)

    behind = setting.run(limits=replace(LIMITS, max_lag=0), now=NOW + 30 * MINUTE)
    caught_up = setting.run(now=NOW + 40 * MINUTE)

    assert (behind.requests, behind.left_by_lag) == (0, 1)
    assert caught_up.corrected == 1
