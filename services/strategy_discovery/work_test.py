"""One worker, on fakes that pass the adapters' contracts and the real engine."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from protos.discovery.v1.result_pb2 import (
    DiscoveredStrategy,
    HistoryExamResult,
    SearchSummary,
)
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
from services.strategy_discovery.work import GROUP, next_size
from tradestream.bus.codec import encode
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message, Record
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
)
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import CandleSeries
from tradestream.discovery.design import design
from tradestream.discovery.requests import timestamp
from tradestream.errors import UnavailableError
from tradestream.instruments import Instrument
from tradestream.runtime.clock import Clock
from tradestream.strategies.messages import parameters_from_proto


@pytest.fixture
def store() -> CountingStore:
    made = CountingStore()
    made.write(WALK, source="test", written_at=at(START))
    made.write_instruments([Instrument("WALK-USD", 0.01, 0.001)])
    return made


def test_a_search_is_answered_with_finds_and_a_summary(
    bus: MemoryBus, store: CountingStore
) -> None:
    asked = search_request()
    ask(bus, asked)

    done = run(bus, store)

    *found, summary = results(bus)
    assert isinstance(summary, SearchSummary)
    assert summary.request_id == asked.request_id
    assert 0 < len(found) == summary.results == done.results <= 3
    assert summary.trials >= 10
    for rank, find in enumerate(found, start=1):
        assert isinstance(find, DiscoveredStrategy)
        assert (find.request_id, find.rank) == (asked.request_id, rank)
        assert find.window.bars == 1_200
        assert len(find.hourly.strategy) == len(find.hourly.market) == 20
        assert set(parameters_from_proto(find.parameters)) >= {"rsiPeriod"}
    assert bus.lag(DISCOVERY_REQUESTS, GROUP) == 0


def test_a_search_that_finds_nothing_says_so(
    bus: MemoryBus, store: CountingStore
) -> None:
    # Too short for any long average to be warm.
    ask(bus, search_request("AWESOME_OSCILLATOR", minutes=3))

    run(bus, store)

    [summary] = results(bus)
    assert isinstance(summary, SearchSummary)
    assert (summary.results, summary.trials_with_trades) == (0, 0)
    assert summary.trials > 0


def test_the_same_request_gives_the_same_bytes(store: CountingStore) -> None:
    answers = []
    for limits in (LIMITS, replace(LIMITS, max_batch=1, row_budget_bytes=1 << 20)):
        bus = MemoryBus()
        ask(bus, search_request(), exam_request(), search_request("EMA_MACD"))
        run(bus, store, limits)
        answers.append(bus.topics[DISCOVERED_STRATEGIES])

    assert sorted(m.value for m in answers[0]) == sorted(m.value for m in answers[1])


def test_bars_are_loaded_once_for_all_requests_that_share_them(
    bus: MemoryBus, store: CountingStore
) -> None:
    names = ("SMA_RSI", "EMA_MACD", "DONCHIAN_BREAKOUT")
    ask(
        bus,
        *(search_request(name, minutes) for minutes in (900, 600) for name in names),
    )

    done = run(bus, store)

    assert done.searches == 6
    # Two spans, and one more time: batches grow from one request to two, to four.
    assert len(store.reads) == 3


def records(count: int, deliveries: int = 1) -> list[Record]:
    return [Record("t", str(i), Message("k", b""), deliveries) for i in range(count)]


def test_batches_grow_while_they_are_quick() -> None:
    assert next_size(4, records(4), 0.1, LIMITS) == 8
    assert next_size(64, records(64), 0.1, LIMITS) == LIMITS.max_batch


def test_batches_shrink_to_the_time_they_may_take() -> None:
    assert next_size(64, records(60), 120.0, LIMITS) == 15
    assert next_size(2, records(2), 600.0, LIMITS) == 1


def test_what_comes_again_is_taken_one_at_a_time() -> None:
    assert next_size(64, records(64, deliveries=2), 0.1, LIMITS) == 1


def test_an_exam_is_answered(bus: MemoryBus, store: CountingStore) -> None:
    asked = exam_request()
    ask(bus, asked)

    done = run(bus, store)

    [answer] = results(bus)
    assert isinstance(answer, HistoryExamResult)
    assert (answer.request_id, answer.exam_number) == (asked.request_id, 1)
    assert answer.design_hash == design().hash
    assert answer.genomes == sum(len(g) for g in design().genomes.values())
    assert answer.eligible > 0
    assert done.exams == 1


def poisons() -> list[tuple[str, Message]]:
    good = encode(search_request(), key="WALK-USD")
    early = search_request()
    early.start_time.FromSeconds(START - 100_000 // 60 * 60)
    unknown = search_request(symbol="NONE-USD")
    return [
        ("do not parse", Message("k", good.value[:-3], good.headers)),
        ("of type", Message("k", b"?", {"type": "somebody.else.v1.Thing"})),
        ("strategy_name", encode(search_request("ASTROLOGY"), key="k")),
        ("span", encode(search_request(minutes=0), key="k")),
        ("missing", encode(early, key="k")),
        ("missing", encode(unknown, key="k")),
        ("design_hash", encode(exam_request("other"), key="k")),
    ]


def test_a_poisonous_request_goes_aside_and_stops_nothing(
    bus: MemoryBus, store: CountingStore
) -> None:
    good = search_request()
    ask(bus, good)
    bus.publish(DISCOVERY_REQUESTS, [message for _, message in poisons()])
    ask(bus, search_request("EMA_MACD"))

    done = run(bus, store)

    reasons = [letter.headers["dead_letter_reason"] for letter in letters(bus)]
    assert (done.searches, done.dead) == (2, len(poisons()))
    for words, message in poisons():
        assert any(words in reason for reason in reasons), words
        assert any(letter.value == message.value for letter in letters(bus))
    assert bus.lag(DISCOVERY_REQUESTS, GROUP) == 0


def test_a_few_missing_bars_are_counted(bus: MemoryBus) -> None:
    kept = np.flatnonzero(np.arange(BARS) % 50 != 7)
    columns = ("open_times", "opens", "highs", "lows", "closes", "volumes")
    holed = replace(WALK, **{name: getattr(WALK, name)[kept] for name in columns})
    store = MemoryCandleStore()
    store.write(holed, source="test", written_at=at(START))
    ask(bus, search_request())

    run(bus, store)

    assert {(r.window.bars, r.window.missing) for r in results(bus)} == {(1_176, 24)}


class Crash(Exception):
    """What a process that dies looks like from inside a test."""


class DeadlyStore(CountingStore):
    """A store whose bars of one symbol end the process that reads them."""

    def read(
        self, symbol: str, interval_seconds: int, start: datetime, end: datetime
    ) -> CandleSeries:
        if symbol == "DEADLY-USD":
            raise Crash
        return super().read(symbol, interval_seconds, start, end)


def test_a_request_that_kills_its_worker_takes_no_other_with_it(
    bus: MemoryBus,
) -> None:
    store = DeadlyStore()
    store.write(WALK, source="test", written_at=at(START))
    ask(
        bus,
        search_request(),
        search_request(symbol="DEADLY-USD"),
        search_request("EMA_MACD"),
    )
    crashes = 0
    while bus.lag(DISCOVERY_REQUESTS, GROUP):
        try:
            run(bus, store)
        except Crash:
            crashes += 1
        assert crashes < 10

    [letter] = letters(bus)
    assert "ended its worker" in letter.headers["dead_letter_reason"]
    assert crashes == LIMITS.max_deliveries
    answered = {r.request_id for r in results(bus)}
    assert len(answered) == 2


def test_a_batch_that_must_stop_is_given_back(
    bus: MemoryBus, store: CountingStore
) -> None:
    ask(bus, search_request(), search_request("EMA_MACD"), search_request("BBAND_W_R"))
    stops = iter([False, False, True])

    run(bus, store, must_stop=stops.__next__)

    assert bus.lag(DISCOVERY_REQUESTS, GROUP) == 2
    done = run(bus, store)
    assert done.searches == 2
    assert letters(bus) == []


def test_a_window_that_is_over_in_a_moment_is_answered(
    bus: MemoryBus, store: CountingStore
) -> None:
    ask(bus, search_request(minutes=1_200))

    a_moment_before = at(START + 60 * 1_200) - timedelta(milliseconds=20)
    done = run(bus, store, clock=Clock(a_moment_before))

    assert (done.searches, done.dead) == (1, 0)


def test_a_worker_that_must_stop_waits_for_no_window(
    bus: MemoryBus, store: CountingStore
) -> None:
    ask(bus, search_request(minutes=1_200))
    five_minutes_behind = Clock(at(START + 60 * 1_195))

    run(bus, store, must_stop=lambda: True, clock=five_minutes_behind)

    assert bus.lag(DISCOVERY_REQUESTS, GROUP) == 1
    assert letters(bus) == []


def test_a_window_that_ends_later_than_clocks_differ_is_put_aside(
    bus: MemoryBus, store: CountingStore
) -> None:
    ask(bus, search_request(minutes=1_200))

    done = run(bus, store, clock=Clock(at(START + 60 * 1_195 - 1)))

    assert (done.searches, done.dead) == (0, 1)


class ForgetfulBus(MemoryBus):
    """A bus that goes away before it hears of results."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        super().publish(topic, messages)
        if topic == DISCOVERED_STRATEGIES:
            raise UnavailableError("the bus went away")


def test_results_published_twice_are_the_same_bytes(store: CountingStore) -> None:
    bus = ForgetfulBus()
    ask(bus, search_request())
    with pytest.raises(UnavailableError):
        run(bus, store)
    first = list(bus.topics[DISCOVERED_STRATEGIES])
    steady = MemoryBus()
    ask(steady, search_request())

    run(steady, store)

    assert steady.topics[DISCOVERED_STRATEGIES] == first
    assert bus.lag(DISCOVERY_REQUESTS, GROUP) == 1


def test_longer_bars_are_aggregated(bus: MemoryBus, store: CountingStore) -> None:
    end = at(START) + timedelta(hours=20)
    message = search_request(interval="5m")
    message.end_time.CopyFrom(timestamp(end))
    ask(bus, message)

    run(bus, store)

    assert {r.window.bars for r in results(bus)} == {240}
