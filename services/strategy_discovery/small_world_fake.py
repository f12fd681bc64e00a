"""A world for tests of the worker: made-up bars, requests, and one run of it."""

from collections.abc import Callable
from datetime import UTC, datetime

from protos.discovery.v1.request_pb2 import (
    GAConfig,
    HistoryExamRequest,
    StrategyDiscoveryRequest,
)
from protos.discovery.v1.result_pb2 import (
    DiscoveredStrategy,
    HistoryExamResult,
    SearchSummary,
)
from services.strategy_discovery.limits import Done, Limits
from services.strategy_discovery.work import work
from tradestream.bus.codec import decode, encode
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    dead_letters,
)
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import CandleSeries
from tradestream.discovery.design import design
from tradestream.discovery.requests import request_id, timestamp
from tradestream.runtime.clock import Clock
from tradestream.testing.markets import random_walk

LIMITS = Limits(
    max_batch=100,
    batch_seconds=30.0,
    max_missing=0.05,
    row_budget_bytes=16 << 20,
    max_deliveries=3,
    drain=True,
)
BARS = 1_500
WALK = random_walk(BARS)
HOUR = 3_600
START = (int(WALK.open_times[0]) // HOUR + 1) * HOUR


def at(seconds: int) -> datetime:
    """Return seconds since 1970 as a time."""
    return datetime.fromtimestamp(seconds, UTC)


AFTERWARDS = Clock(at(START + 30 * 86_400))


class CountingStore(MemoryCandleStore):
    """A store that remembers what was read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[tuple[str, datetime, datetime]] = []

    def read(
        self, symbol: str, interval_seconds: int, start: datetime, end: datetime
    ) -> CandleSeries:
        """Return bars, and remember that they were read."""
        self.reads.append((symbol, start, end))
        return super().read(symbol, interval_seconds, start, end)


def search_request(
    strategy_name: str = "SMA_RSI", minutes: int = 1_200, **changes: object
) -> StrategyDiscoveryRequest:
    """Return a request for a small search on the walk."""
    message = StrategyDiscoveryRequest(
        symbol="WALK-USD",
        interval="1m",
        start_time=timestamp(at(START)),
        end_time=timestamp(at(START + 60 * minutes)),
        strategy_name=strategy_name,
        top_n=3,
        ga_config=GAConfig(population_size=10, max_generations=3),
        fee_bps=1,
        slippage_bps=0,
        objective="excess_sharpe",
    )
    for name, value in changes.items():
        setattr(message, name, value)
    message.request_id = request_id(message)
    return message


def exam_request(design_hash: str | None = None) -> HistoryExamRequest:
    """Return a request for an exam of 20 hours of the walk."""
    message = HistoryExamRequest(
        symbol="WALK-USD",
        interval="1m",
        start_time=timestamp(at(START)),
        end_time=timestamp(at(START + 20 * HOUR)),
        design_hash=design().hash if design_hash is None else design_hash,
        exam_number=1,
        alpha=0.0076,
        seed=5,
        fee_bps=0,
        slippage_bps=0,
    )
    message.request_id = request_id(message)
    return message


def _key(request: StrategyDiscoveryRequest | HistoryExamRequest) -> str:
    if isinstance(request, HistoryExamRequest) and request.group:
        return request.group
    return request.symbol


def ask(
    bus: MemoryBus, *requests: StrategyDiscoveryRequest | HistoryExamRequest
) -> None:
    """Publish requests."""
    bus.publish(DISCOVERY_REQUESTS, [encode(r, key=_key(r)) for r in requests])


def run(
    bus: MemoryBus,
    store: MemoryCandleStore,
    limits: Limits = LIMITS,
    stop: Callable[[], bool] = lambda: False,
    must_stop: Callable[[], bool] = lambda: False,
    clock: Clock = AFTERWARDS,
) -> Done:
    """Answer all requests; return what became of them."""
    total = Done()

    def add(done: Done) -> None:
        total.searches += done.searches
        total.exams += done.exams
        total.results += done.results
        total.dead += done.dead

    work(
        bus,
        store,
        limits,
        member="worker-0",
        stop=stop,
        must_stop=must_stop,
        report=add,
        clock=clock,
    )
    return total


def results(
    bus: MemoryBus,
) -> list[DiscoveredStrategy | SearchSummary | HistoryExamResult]:
    """Return what was published, oldest first."""
    kinds = (DiscoveredStrategy, SearchSummary, HistoryExamResult)
    records = bus.newest(DISCOVERED_STRATEGIES, 10_000)
    return [decode(record, *kinds) for record in records]  # type: ignore[misc]


def letters(bus: MemoryBus) -> list[Message]:
    """Return what was put aside."""
    return bus.topics.get(dead_letters(DISCOVERY_REQUESTS), [])
