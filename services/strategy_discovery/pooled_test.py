"""Tests of the exam of a group, on the real engine."""

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

import numpy as np
import pytest

from protos.discovery.v1.request_pb2 import HistoryExamRequest
from protos.discovery.v1.result_pb2 import DiscoveredStrategy, HistoryExamResult
from services.strategy_discovery.small_world_fake import (
    BARS,
    LIMITS,
    START,
    WALK,
    ask,
    at,
    exam_request,
    letters,
    results,
    run,
)
from services.strategy_discovery.work import GROUP
from tradestream.bus.memory import MemoryBus
from tradestream.bus.topics import DISCOVERED_STRATEGIES, DISCOVERY_REQUESTS
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import CandleSeries
from tradestream.discovery.design import Design, design
from tradestream.discovery.messages import group_fingerprint
from tradestream.discovery.requests import request_id
from tradestream.instruments import Instrument

MEMBERS = ("A-USD", "B-USD", "C-USD")
TYPES = ("SMA_EMA_CROSSOVER", "DONCHIAN_BREAKOUT", "EMA_MACD")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Design:
    """Return a design of 120 genomes, which exams have."""
    whole = design()
    genomes = {name: whole.genomes[name][:40] for name in TYPES}
    made = Design("1" * 64, MappingProxyType(genomes))
    monkeypatch.setattr("services.strategy_discovery.answering.design", lambda: made)
    return made


@pytest.fixture
def store() -> MemoryCandleStore:
    """Return a store of three markets that drift, up and down in turn."""
    made = MemoryCandleStore()
    for seed, symbol in enumerate(MEMBERS):
        made.write(drifting(symbol, seed), source="test", written_at=at(START))
        made.write_instruments([Instrument(symbol, 0.01, 0.001)])
    return made


def drifting(symbol: str, seed: int) -> CandleSeries:
    chance = np.random.default_rng(seed)
    turns = np.where(np.cumsum(chance.random(BARS) < 1 / 60) % 2, 1, -1)
    moves = 6e-4 * turns + chance.normal(0, 3e-4, BARS)
    closes = np.round(5e4 * np.exp(np.cumsum(moves - moves.mean())), 2)
    opens = np.append(closes[0], closes[:-1])
    highs, lows = np.maximum(opens, closes), np.minimum(opens, closes)
    times, volumes = WALK.open_times, np.ones(BARS)
    return CandleSeries(symbol, 60, times, opens, highs, lows, closes, volumes)


def group_exam(alpha: float = 0.9) -> HistoryExamRequest:
    message = exam_request("1" * 64)
    message.group = "group:all"
    message.members.extend(MEMBERS)
    message.alpha = alpha
    message.request_id = request_id(message)
    return message


def answer(bus: MemoryBus) -> tuple[list[DiscoveredStrategy], HistoryExamResult]:
    *finds, exam = results(bus)
    assert isinstance(exam, HistoryExamResult)
    assert all(isinstance(find, DiscoveredStrategy) for find in finds)
    return finds, exam  # type: ignore[return-value]


@pytest.mark.usefixtures("small")
def test_what_passes_is_told_for_the_group_and_for_each_member(
    bus: MemoryBus, store: MemoryCandleStore
) -> None:
    asked = group_exam()
    ask(bus, asked)

    run(bus, store)

    finds, exam = answer(bus)
    assert (exam.symbol, exam.request_id) == ("group:all", asked.request_id)
    assert exam.genomes == 120
    assert [member.symbol for member in exam.members] == list(MEMBERS)
    assert exam.data_fingerprint == group_fingerprint(
        {member.symbol: member.data_fingerprint for member in exam.members}
    )
    assert exam.passing
    for rank, passed in enumerate(exam.passing, start=1):
        basket = passed.strategy
        assert (basket.symbol, basket.rank) == ("group:all", rank)
        assert passed.t >= exam.critical_value
        assert basket.window == exam.window
        assert len(basket.hourly.strategy) == len(basket.hourly.market) == 20
        assert [member.symbol for member in passed.members] == list(MEMBERS)
        assert basket.metrics.trades == sum(m.trades for m in passed.members)
        assert sum(member.counted for member in passed.members) >= 2
    assert {find.symbol for find in finds} <= set(MEMBERS)
    for find in finds:
        assert find.request_id == asked.request_id
        assert find.metrics.trades >= 10
        assert find.metrics.total_return > 0


@pytest.mark.usefixtures("small")
def test_the_same_exam_gives_the_same_bytes(store: MemoryCandleStore) -> None:
    answers = []
    for budget in (16 << 20, 1 << 20):
        bus = MemoryBus()
        ask(bus, group_exam())
        run(bus, store, replace(LIMITS, row_budget_bytes=budget))
        answers.append(bus.topics[DISCOVERED_STRATEGIES])

    assert answers[0] == answers[1]


@pytest.mark.usefixtures("small")
def test_an_exam_that_must_stop_is_given_back(
    bus: MemoryBus, store: MemoryCandleStore
) -> None:
    ask(bus, group_exam())
    stops: Iterator[bool] = iter([False, True])

    run(bus, store, must_stop=stops.__next__)

    assert bus.lag(DISCOVERY_REQUESTS, GROUP) == 1
    run(bus, store)
    assert answer(bus)[1].exam_number == 1
    assert letters(bus) == []
