"""What a Python worker of the job does, against what the other workers do."""

from dataclasses import replace
from pathlib import Path

import pytest

from services.strategy_discovery.flink.discovery import Discovery, span_of
from services.strategy_discovery.flink.settings import Work
from services.strategy_discovery.small_world_fake import (
    AFTERWARDS,
    START,
    WALK,
    CountingStore,
    ask,
    at,
    exam_request,
    letters,
    run,
    search_request,
)
from tradestream.bus.codec import ANSWERED_BY
from tradestream.bus.dead_letter import DELIVERIES, REASON
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Message, Record
from tradestream.bus.topics import DISCOVERED_STRATEGIES, DISCOVERY_REQUESTS
from tradestream.instruments import Instrument
from tradestream.runtime.clock import Clock


@pytest.fixture
def store() -> CountingStore:
    made = CountingStore()
    made.write(WALK, source="test", written_at=at(START))
    made.write_instruments([Instrument("WALK-USD", 0.01, 0.001)])
    return made


def work(store: CountingStore, clock: Clock = AFTERWARDS) -> Work:
    return Work(lambda: store, clock)


def anonymous(message: Message) -> Message:
    headers = {k: v for k, v in message.headers.items() if k != ANSWERED_BY}
    return Message(message.key, message.value, headers)


def records(bus: MemoryBus) -> list[Record]:
    return bus.newest(DISCOVERY_REQUESTS, 1_000)


def test_it_gives_the_messages_of_a_worker_and_its_dead_letters(
    bus: MemoryBus, store: CountingStore
) -> None:
    ask(bus, search_request(), exam_request(), search_request("EMA_MACD"))
    ask(bus, search_request("ASTROLOGY"), search_request(symbol="NONE-USD"))
    run(bus, store)
    discovery = Discovery(work(store), store, "flink-0")

    handled = [discovery.handle(record) for record in records(bus)]

    given = [anonymous(m) for one in handled for m in one.results]
    taken = [anonymous(m) for m in bus.topics[DISCOVERED_STRATEGIES]]
    assert sorted(given, key=lambda m: m.value) == sorted(taken, key=lambda m: m.value)
    put_aside = [one.letter for one in handled if one.letter is not None]
    assert sorted(put_aside, key=str) == sorted(letters(bus), key=str)
    assert [one.is_exam for one in handled].count(True) == 1
    assert handled[0].evaluations >= 10


def test_it_says_who_answered(bus: MemoryBus, store: CountingStore) -> None:
    ask(bus, search_request())

    handled = Discovery(work(store), store, "flink-3").handle(records(bus)[0])

    assert {m.headers[ANSWERED_BY] for m in handled.results} == {"flink-3"}


def test_requests_on_the_same_bars_read_them_once(
    bus: MemoryBus, store: CountingStore
) -> None:
    ask(bus, *(search_request(name) for name in ("SMA_RSI", "EMA_MACD")))
    discovery = Discovery(work(store), store, "flink-0")

    for record in records(bus):
        discovery.handle(record)

    assert len(store.reads) == 1


def test_requests_on_the_same_bars_have_the_same_key(
    bus: MemoryBus, store: CountingStore
) -> None:
    ask(bus, search_request("SMA_RSI"), search_request("EMA_MACD"))
    ask(bus, search_request(minutes=600), search_request(symbol="OTHER-USD"))

    keys = [span_of(record, work(store)) for record in records(bus)]

    assert keys[0] == keys[1]
    assert len({str(key) for key in keys}) == 3


def test_what_has_no_bars_to_go_by_is_put_aside_at_once(
    bus: MemoryBus, store: CountingStore
) -> None:
    good = search_request()
    ask(bus, good)
    message = Message("k", b"?", {"type": "somebody.else.v1.Thing"})
    bus.publish(DISCOVERY_REQUESTS, [message])
    early = work(store, Clock(at(START)))

    strange = span_of(records(bus)[1], work(store))
    unfinished = span_of(records(bus)[0], early)

    assert isinstance(strange, Message)
    assert "of type" in strange.headers["dead_letter_reason"]
    assert isinstance(unfinished, Message)
    assert "end_time" in unfinished.headers["dead_letter_reason"]


def test_a_window_that_is_over_in_a_moment_is_waited_for(
    bus: MemoryBus, store: CountingStore
) -> None:
    ask(bus, search_request(minutes=60))
    [record] = records(bus)
    minute_behind = work(store, Clock(at(START + 59 * 60)))
    waited: list[float] = []

    key = span_of(record, minute_behind, waited.append)

    assert waited == [60.0]
    assert key == span_of(record, work(store))


def test_a_request_that_ends_its_worker_is_put_aside_in_the_end(
    bus: MemoryBus, store: CountingStore, tmp_path: Path
) -> None:
    ask(bus, search_request())
    [record] = records(bus)
    counting = replace(work(store), tries=tmp_path, max_deliveries=3)
    for number in range(3):  # as three workers left it that died with it alone
        (tmp_path / f"{record.position.replace(':', '-')}.{number}.alone").touch()

    handled = Discovery(counting, store, "flink-0").handle(record)
    again = Discovery(counting, store, "flink-0").handle(record)

    assert handled.letter is not None
    assert "it ended its worker each time" in handled.letter.headers[REASON]
    assert handled.letter.headers[DELIVERIES] == "4"
    assert again.letter is None
