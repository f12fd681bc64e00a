"""Ids of requests, and what is refused when a request is read."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protos.discovery.v1.request_pb2 import (
    GAConfig,
    HistoryExamRequest,
    StrategyDiscoveryRequest,
)
from tradestream.discovery.request_messages import (
    exam_request_from_proto,
    search_request_from_proto,
)
from tradestream.discovery.requests import (
    request_id,
    request_ids,
    seed_of,
    timestamp,
)
from tradestream.errors import InvalidMessageError

START = datetime(2026, 3, 1, tzinfo=UTC)
END = datetime(2026, 3, 2, tzinfo=UTC)


def search_request() -> StrategyDiscoveryRequest:
    return StrategyDiscoveryRequest(
        request_id="r",
        symbol="BTC-USD",
        interval="1m",
        start_time=timestamp(START),
        end_time=timestamp(END),
        strategy_name="SMA_RSI",
        top_n=3,
        ga_config=GAConfig(max_generations=7, population_size=8, seed=9),
        fee_bps=10,
        slippage_bps=2,
        objective="excess_sharpe",
    )


def exam_request() -> HistoryExamRequest:
    return HistoryExamRequest(
        request_id="r",
        symbol="BTC-USD",
        interval="1m",
        start_time=timestamp(START),
        end_time=timestamp(END),
        design_hash="abc",
        exam_number=1,
        alpha=0.0125,
        seed=4,
        fee_bps=10,
        slippage_bps=2,
    )


def test_id_does_not_depend_on_the_id() -> None:
    other = search_request()
    other.request_id = "something else"

    assert request_id(other) == request_id(search_request())


def test_id_stays_what_it_was() -> None:
    # Ids stand in databases: a change here asks everything again.
    assert request_id(search_request()) == (
        "7856a5df2bf201a61a27ec1858c6396c0e96e216a50e9af1d0e207e7a79169c7"
    )


CHANGES: list[Callable[[StrategyDiscoveryRequest], object]] = [
    lambda m: setattr(m, "symbol", "ETH-USD"),
    lambda m: setattr(m, "interval", "5m"),
    lambda m: m.start_time.FromSeconds(0),
    lambda m: m.end_time.FromSeconds(0),
    lambda m: setattr(m, "strategy_name", "EMA_MACD"),
    lambda m: setattr(m, "top_n", 4),
    lambda m: setattr(m.ga_config, "max_generations", 8),
    lambda m: setattr(m.ga_config, "population_size", 9),
    lambda m: setattr(m.ga_config, "seed", 10),
    lambda m: setattr(m, "fee_bps", 11),
    lambda m: setattr(m, "slippage_bps", 3),
    lambda m: setattr(m, "objective", "other"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_id_depends_on_each_field(
    change: Callable[[StrategyDiscoveryRequest], object],
) -> None:
    changed = search_request()
    change(changed)

    assert request_id(changed) != request_id(search_request())


def test_the_two_kinds_of_request_never_share_an_id() -> None:
    search = StrategyDiscoveryRequest(symbol="BTC-USD")
    exam = HistoryExamRequest(symbol="BTC-USD")

    assert request_id(search) != request_id(exam)


@given(st.lists(st.text(min_size=1, max_size=9).filter(lambda t: "\x00" not in t)))
def test_ids_from_a_template_equal_ids_one_by_one(names: list[str]) -> None:
    one_by_one = []
    for name in names:
        message = search_request()
        message.strategy_name = name
        one_by_one.append(request_id(message))

    assert request_ids(search_request(), names) == one_by_one


def test_reads_a_search_request() -> None:
    request = search_request_from_proto(search_request())

    assert request.span.symbol == "BTC-USD"
    assert (request.span.start, request.span.end) == (START, END)
    assert request.span.bars == 1_440
    assert request.top_n == 3
    assert (request.population_size, request.max_generations) == (8, 7)
    assert request.seed == 9


def test_unset_counts_take_their_defaults() -> None:
    message = search_request()
    message.ClearField("ga_config")
    message.ClearField("top_n")
    message.ClearField("objective")

    request = search_request_from_proto(message)

    assert request.top_n == 5
    assert (request.population_size, request.max_generations) == (50, 30)
    assert request.seed == seed_of("r") > 0


BAD_SEARCHES: list[tuple[str, Callable[[StrategyDiscoveryRequest], object]]] = [
    ("request_id", lambda m: setattr(m, "request_id", "")),
    ("symbol", lambda m: setattr(m, "symbol", "")),
    ("symbol", lambda m: setattr(m, "symbol", "BTC\n")),
    ("interval", lambda m: setattr(m, "interval", "1x")),
    ("interval", lambda m: setattr(m, "interval", "15s")),
    ("interval", lambda m: setattr(m, "interval", "9999999999d")),
    ("start_time", lambda m: setattr(m.start_time, "nanos", 1)),
    ("start_time", lambda m: setattr(m.start_time, "seconds", -60)),
    ("end_time", lambda m: setattr(m.end_time, "seconds", 61)),
    ("end_time", lambda m: setattr(m.end_time, "seconds", 253402300799)),
    ("span", lambda m: m.end_time.CopyFrom(m.start_time)),
    ("span", lambda m: setattr(m.start_time, "seconds", 0)),
    ("strategy_name", lambda m: setattr(m, "strategy_name", "ASTROLOGY")),
    ("top_n", lambda m: setattr(m, "top_n", -1)),
    ("population_size", lambda m: setattr(m.ga_config, "population_size", 3)),
    ("max_generations", lambda m: setattr(m.ga_config, "max_generations", -1)),
    ("fee_bps", lambda m: setattr(m, "fee_bps", float("nan"))),
    ("slippage_bps", lambda m: setattr(m, "slippage_bps", -1)),
    ("objective", lambda m: setattr(m, "objective", "luck")),
]


@pytest.mark.parametrize(("named", "spoil"), BAD_SEARCHES)
def test_refuses_a_search_request_that_breaks_a_promise(
    named: str, spoil: Callable[[StrategyDiscoveryRequest], object]
) -> None:
    message = search_request()
    spoil(message)

    with pytest.raises(InvalidMessageError, match=named):
        search_request_from_proto(message)


def test_reads_an_exam_request() -> None:
    request = exam_request_from_proto(exam_request())

    assert request.design_hash == "abc"
    assert (request.exam_number, request.alpha, request.seed) == (1, 0.0125, 4)


def test_the_id_of_a_group_exam_depends_on_its_members() -> None:
    message, other = exam_request(), exam_request()
    _group(message, "A-USD", "B-USD")
    _group(other, "A-USD", "C-USD")

    assert request_id(message) != request_id(other)


def test_reads_the_exam_of_a_group() -> None:
    message = exam_request()
    _group(message, "A-USD", "B-USD")

    request = exam_request_from_proto(message)

    assert request.span.symbol == "group:all"
    assert request.members == ("A-USD", "B-USD")


def _group(message: HistoryExamRequest, *members: str) -> None:
    message.group = "group:all"
    message.members.extend(members)


BAD_EXAMS: list[tuple[str, Callable[[HistoryExamRequest], object]]] = [
    ("group: a name", lambda m: setattr(m, "group", "majors")),
    ("members", lambda m: setattr(m, "group", "group:all")),
    ("members", lambda m: m.members.extend(["A-USD", "B-USD"])),
    ("members", lambda m: _group(m, "B-USD", "A-USD")),
    ("members", lambda m: _group(m, "A-USD", "A-USD")),
    ("members", lambda m: _group(m, "A-USD")),
    ("members", lambda m: _group(m, "", "A-USD")),
    ("subject", lambda m: m.ClearField("subject")),
    ("multiple of 3600 s", lambda m: setattr(m.start_time, "seconds", 60)),
    ("design_hash", lambda m: setattr(m, "design_hash", "")),
    ("exam_number", lambda m: setattr(m, "exam_number", 0)),
    ("alpha", lambda m: setattr(m, "alpha", 1.0)),
    ("alpha", lambda m: setattr(m, "alpha", float("nan"))),
]


@pytest.mark.parametrize(("named", "spoil"), BAD_EXAMS)
def test_refuses_an_exam_request_that_breaks_a_promise(
    named: str, spoil: Callable[[HistoryExamRequest], object]
) -> None:
    message = exam_request()
    spoil(message)

    with pytest.raises(InvalidMessageError, match=named):
        exam_request_from_proto(message)
