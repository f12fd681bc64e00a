"""Whatever comes over the bus, the worker answers or says why not, and goes on."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from protos.discovery.v1.request_pb2 import (
    GAConfig,
    HistoryExamRequest,
    StrategyDiscoveryRequest,
)
from protos.discovery.v1.result_pb2 import HistoryExamResult, SearchSummary
from services.strategy_discovery.small_world_fake import (
    BARS,
    LIMITS,
    START,
    WALK,
    CountingStore,
    ask,
    at,
    exam_request,
    letters,
    results,
    run,
    search_request,
)
from services.strategy_discovery.work import GROUP
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message
from tradestream.bus.topics import DISCOVERED_STRATEGIES, DISCOVERY_REQUESTS
from tradestream.candles import CandleSeries
from tradestream.discovery.requests import request_id, timestamp
from tradestream.errors import OversizedMessageError
from tradestream.runtime.clock import Clock

Request = StrategyDiscoveryRequest | HistoryExamRequest
COLUMNS = ("open_times", "opens", "highs", "lows", "closes", "volumes")


def flat(price: float = 100.0, volume: float = 1.0) -> CandleSeries:
    """Return bars that never move."""
    prices, volumes = np.full(BARS, price), np.full(BARS, volume)
    return replace(
        WALK, symbol="FLAT-USD", opens=prices, highs=prices, lows=prices,
        closes=prices, volumes=volumes,
    )  # fmt: skip


def with_a_nan() -> CandleSeries:
    """Return bars of which one has no number."""
    closes = WALK.closes.copy()
    closes[700] = np.nan
    return replace(WALK, symbol="NAN-USD", closes=closes)


def with_holes() -> CandleSeries:
    """Return bars of which one in ten is missing."""
    kept = np.flatnonzero(np.arange(BARS) % 10 != 3)
    columns = {name: getattr(WALK, name)[kept] for name in COLUMNS}
    return replace(WALK, symbol="HOLED-USD", **columns)


class RawStore(CountingStore):
    """A store whose bars nobody checked on the way in."""

    def __init__(self) -> None:
        super().__init__()
        self.raw = {s.symbol: s for s in (flat(), with_a_nan(), with_holes())}
        self.raw["EMPTY-USD"] = flat(volume=0.0)
        self.write(WALK, source="test", written_at=at(START))

    def read(self, symbol, interval_seconds, start, end):  # type: ignore[no-untyped-def]
        """Return raw bars where there are any."""
        if symbol in self.raw:
            return self.raw[symbol].between(start, end)
        return super().read(symbol, interval_seconds, start, end)


def search(
    symbol: str = "WALK-USD", config: GAConfig | None = None, **changes: object
) -> StrategyDiscoveryRequest:
    message = search_request(symbol=symbol, **changes)  # type: ignore[arg-type]
    if config is not None:
        message.ga_config.CopyFrom(config)
    message.request_id = request_id(message)
    return message


def exam(
    spoil: Callable[[HistoryExamRequest], object], *, design_hash: str | None = None
) -> HistoryExamRequest:
    message = exam_request(design_hash)
    spoil(message)
    message.request_id = request_id(message)
    return message


def group(*members: str, name: str = "group:all") -> HistoryExamRequest:
    def gather(message: HistoryExamRequest) -> None:
        message.group = name
        message.members.extend(members)

    return exam(gather)


def ends(message: HistoryExamRequest, seconds: int) -> None:
    message.end_time.CopyFrom(timestamp(at(seconds)))


BAD: list[tuple[str, Request]] = [
    ("population_size: 4 to", search(config=GAConfig(population_size=1))),
    ("population_size: 4 to", search(config=GAConfig(population_size=10**9))),
    ("max_generations: 1 to", search(config=GAConfig(max_generations=10**9))),
    (
        "evaluations",
        search(config=GAConfig(population_size=100_000, max_generations=100_000)),
    ),
    ("strategy_name", search(strategy_name="ASTROLOGY")),
    ("missing", search("NONE-USD")),
    ("missing", search("HOLED-USD")),
    ("prices must be positive and finite", search("NAN-USD")),
    ("symbol is required, was the group", search("group:all")),
    ("is over at", exam(lambda m: ends(m, START + 40 * 3_600))),
    ("missing", exam(lambda m: setattr(m, "symbol", "NONE-USD"))),
    ("design_hash", exam(lambda _: None, design_hash="of another catalogue")),
    ("alpha", exam(lambda m: setattr(m, "alpha", 0.0))),
    ("members: 2 to", group("WALK-USD")),
    ("group: a name", group("FLAT-USD", "WALK-USD", name="majors")),
    ("NONE-USD: at most", group("NONE-USD", "WALK-USD")),
    ("prices must be positive", group("NAN-USD", "WALK-USD")),
]


@pytest.mark.parametrize(("reason", "bad"), BAD)
def test_a_bad_request_is_put_aside_with_its_reason(
    bus: MemoryBus, reason: str, bad: Request
) -> None:
    good = search()
    ask(bus, bad, good)

    done = run(bus, RawStore(), clock=Clock(at(START + 30 * 3_600)))

    [letter] = letters(bus)
    assert reason in letter.headers["dead_letter_reason"]
    assert (done.searches, done.exams, done.dead) == (1, 0, 1)
    assert {result.request_id for result in results(bus)} == {good.request_id}
    assert bus.lag(DISCOVERY_REQUESTS, GROUP) == 0


@pytest.mark.parametrize("symbol", ["FLAT-USD", "EMPTY-USD"])
def test_a_market_that_stands_still_is_answered_with_nothing(
    bus: MemoryBus, symbol: str
) -> None:
    ask(
        bus,
        search(symbol),
        search(symbol, strategy_name="EMA_MACD"),
        exam(lambda m: setattr(m, "symbol", symbol)),
        group("EMPTY-USD", "FLAT-USD"),
    )

    run(bus, RawStore(), replace(LIMITS, max_batch=1))

    assert letters(bus) == []
    one, other, *exams = results(bus)
    for summary in (one, other):
        assert isinstance(summary, SearchSummary)
        assert summary.results == 0
    for answer in exams:
        assert isinstance(answer, HistoryExamResult)
        assert not answer.passing
        assert not answer.HasField("best_t")


def test_fewer_bars_than_any_warm_up_find_nothing(bus: MemoryBus) -> None:
    ask(
        bus,
        *(search(strategy_name=name, minutes=4) for name in ("SMA_RSI", "EMA_MACD")),
    )

    run(bus, RawStore())

    assert letters(bus) == []
    for summary in results(bus):
        assert isinstance(summary, SearchSummary)
        assert summary.results == 0


class NarrowBus(MemoryBus):
    """Takes no answer to searches of one strategy."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        if topic == DISCOVERED_STRATEGIES and any(
            b"EMA_MACD" in m.value for m in messages
        ):
            raise OversizedMessageError("at most 1 byte is required, was 2 bytes")
        super().publish(topic, messages)


def test_an_answer_that_is_too_large_goes_nowhere_in_silence() -> None:
    bus = NarrowBus()
    ask(bus, search(), search(strategy_name="EMA_MACD"))

    done = run(bus, RawStore())

    [letter] = letters(bus)
    assert letter.headers["dead_letter_reason"] == (
        "its answer: at most 1 byte is required, was 2 bytes"
    )
    assert (done.searches, done.dead) == (1, 1)
    assert {result.request_id for result in results(bus)} == {search().request_id}
