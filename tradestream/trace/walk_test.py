"""A trace tells everything about one matter, and nothing about another."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from psycopg2.extensions import connection as Connection

from protos.discovery.v1.request_pb2 import GAConfig, StrategyDiscoveryRequest
from protos.portfolio.v1.portfolio_pb2 import SizedPosition, SizedPositions
from tradestream.bus.codec import encode
from tradestream.bus.dead_letter import dead_letter
from tradestream.bus.memory import MemoryBus
from tradestream.bus.port import Bus, Record
from tradestream.bus.topics import (
    DISCOVERED_STRATEGIES,
    DISCOVERY_REQUESTS,
    SIZED_POSITIONS,
)
from tradestream.discovery.requests import request_id, timestamp
from tradestream.errors import ConfigurationError, UnavailableError
from tradestream.testing.discovery_results import search_summary
from tradestream.testing.portfolio_rows import PortfolioRows
from tradestream.testing.portfolio_rows import evaluation_id as evaluation_of
from tradestream.trace.model import Way
from tradestream.trace.walk import AmbiguousIdError, walk

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
EXAM = "ab" * 32
SIGNAL = "cd" * 32


def asked(symbol: str = "BTC-USD") -> StrategyDiscoveryRequest:
    message = StrategyDiscoveryRequest(
        symbol=symbol,
        interval="1m",
        start_time=timestamp(NOW - timedelta(days=1)),
        end_time=timestamp(NOW),
        strategy_name="SMA_RSI",
        ga_config=GAConfig(population_size=50, max_generations=30, seed=7),
    )
    message.request_id = request_id(message)
    return message


def publish_search(bus: Bus, symbol: str = "BTC-USD") -> str:
    message = asked(symbol)
    ids = {"request_id": message.request_id, "correlation_id": message.request_id}
    bus.publish(DISCOVERY_REQUESTS, [encode(message, key=symbol, **ids)])
    summary = search_summary(request_id=message.request_id, symbol=symbol)
    answer = encode(summary, key=symbol, answered_by="worker-3", **ids)
    bus.publish(DISCOVERED_STRATEGIES, [answer])
    return message.request_id


class Chain:
    """A strategy that passed an exam, was approved and sized, and called once."""

    def __init__(self, connection: Connection) -> None:
        rows = PortfolioRows(connection, NOW)
        self.strategy = rows.strategy()
        rows.strategy(symbol="ETH-USD")
        rows.insert(
            "exams",
            request_id=EXAM, symbol="BTC-USD", interval="1m", exam_number=3,
            window_start_at=NOW - timedelta(days=2), window_end_at=NOW,
            design_hash="d", alpha=0.01, seed=1,
            requested_at=NOW - timedelta(minutes=50),
            answered_at=NOW - timedelta(minutes=40), critical_value=4.5, best_t=5.5,
            settled_at=NOW - timedelta(minutes=35), genomes=10, eligible=9,
        )  # fmt: skip
        rows.insert(
            "exam_passes",
            request_id=EXAM, strategy_id=self.strategy,
            evaluation_id=evaluation_of(self.strategy), t=5.5,
        )  # fmt: skip
        rows.insert(
            "status_changes",
            strategy_id=self.strategy, changed_at=NOW - timedelta(minutes=35),
            from_status="candidate", to_status="validated", door="A",
            reason="passed exam 3",
        )  # fmt: skip
        rows.insert(
            "approval_changes",
            strategy_id=self.strategy, changed_at=NOW - timedelta(minutes=30),
            change="entered", symbol="BTC-USD", reason="best of its symbol",
            evaluation_id=evaluation_of(self.strategy), request_id=EXAM,
        )  # fmt: skip
        rows.approve(self.strategy)
        rows.size(self.strategy)
        for identity, minutes in ((SIGNAL, 5), ("ef" * 32, 2)):
            rows.insert(
                "trade_signals",
                signal_id=identity, strategy_id=self.strategy, symbol="BTC-USD",
                interval="1m", bar_open_at=NOW + timedelta(minutes=minutes),
                action="ENTER", reference_price=101, size=1000, risk_distance="0.02",
                emitted_at=NOW + timedelta(minutes=minutes + 1),
                expires_at=NOW + timedelta(minutes=minutes + 3), replayed=False,
            )  # fmt: skip


@pytest.fixture
def chain(postgres: Connection) -> Chain:
    return Chain(postgres)


@pytest.fixture
def trace(postgres: Connection, bus: MemoryBus) -> Callable[[str], Way]:
    return lambda wanted: walk(postgres, lambda: bus, wanted)


def whats(way: Way) -> list[str]:
    return [step.what for step in way.steps]


def test_a_signal_leads_back_to_the_exam_behind_it(
    chain: Chain, trace: Callable[[str], Way]
) -> None:
    way = trace(SIGNAL)

    assert way.match.kind == "signal"
    assert whats(way) == [
        "exam asked", "exam answered", "exam passed", "exam settled", "status",
        "approved", "scored", "sized", "signal",
    ]  # fmt: skip
    assert way.steps[5].details["request_id"] == EXAM
    assert {s.identity for s in way.steps} == {EXAM, chain.strategy}


@pytest.mark.parametrize("wanted", [EXAM, EXAM[:9], "BTC-USD#3"])
def test_an_exam_leads_on_to_every_signal(
    wanted: str, chain: Chain, trace: Callable[[str], Way]
) -> None:
    del chain
    way = trace(wanted)

    assert (way.match.kind, way.match.identity) == ("exam", EXAM)
    assert whats(way)[0] == "exam asked"
    assert whats(way).count("signal") == 2


def test_a_search_that_found_nothing_is_known_from_the_bus(
    chain: Chain, bus: MemoryBus, trace: Callable[[str], Way]
) -> None:
    del chain
    publish_search(bus, "ETH-USD")
    wanted = publish_search(bus)

    way = trace(wanted[:12])

    request, answer = way.steps
    assert (request.what, answer.what) == ("asked", "answered")
    assert request.details["symbol"] == "BTC-USD"
    assert request.details["strategy_name"] == "SMA_RSI"
    assert request.details["seed"] == 7
    assert request.details["end_time"] == NOW.isoformat()
    assert answer.details["answered_by"] == "worker-3"
    assert answer.details["trials"] == 900


def test_a_dead_letter_is_told_with_its_reason(
    bus: MemoryBus, trace: Callable[[str], Way]
) -> None:
    wanted = publish_search(bus)
    dead_letter(bus, bus.newest(DISCOVERY_REQUESTS, 1)[0], "bars are missing")

    way = trace(wanted)

    assert whats(way)[-1] == "put aside"
    assert way.steps[-1].details["reason"] == "bars are missing"


def test_sizes_announced_for_a_strategy_are_told_from_the_bus(
    chain: Chain, bus: MemoryBus, trace: Callable[[str], Way]
) -> None:
    position = SizedPosition(strategy_id=chain.strategy, size="750.00")
    message = SizedPositions(symbol="BTC-USD", positions=[position])
    matter = f"BTC-USD {NOW.isoformat()}"
    bus.publish(SIZED_POSITIONS, [encode(message, key="k", correlation_id=matter)])

    way = trace(chain.strategy)
    of_the_set = trace(matter)

    (announced,) = [s for s in way.steps if s.what == "sizes announced"]
    assert announced.details[f"size of {chain.strategy[:12]}"] == "750.00"
    assert sorted(whats(of_the_set)) == ["sized", "sizes announced"]


@pytest.mark.parametrize("wanted", ["0123456789", "signal:none", "BTC-USD#9"])
def test_an_unknown_id_is_said_in_one_line(
    wanted: str, chain: Chain, trace: Callable[[str], Way]
) -> None:
    del chain

    with pytest.raises(ConfigurationError, match="which nothing has") as error:
        trace(wanted)

    assert "\n" not in str(error.value)


def test_a_beginning_of_several_ids_lists_them(
    postgres: Connection, trace: Callable[[str], Way]
) -> None:
    rows = PortfolioRows(postgres, NOW)
    for last in "12":
        rows.insert(
            "exams",
            request_id=f"abcdef{last}", symbol="BTC-USD", interval="1m",
            exam_number=int(last), window_start_at=NOW, window_end_at=NOW,
            design_hash="d", alpha=0.01, seed=1, requested_at=NOW,
        )  # fmt: skip

    with pytest.raises(AmbiguousIdError, match=r"abcdef1 .exam 1.*abcdef2") as error:
        trace("abcd")

    assert [match.kind for match in error.value.matches] == ["exam", "exam"]


def test_too_short_a_beginning_is_refused(trace: Callable[[str], Way]) -> None:
    with pytest.raises(ConfigurationError, match="first 4 characters"):
        trace("abc")


def test_a_bus_that_is_away_costs_its_steps_and_is_said(
    postgres: Connection, chain: Chain
) -> None:
    way = walk(postgres, away, chain.strategy)

    assert "signal" in whats(way)
    assert way.unasked == "redis did not answer"


def test_an_id_that_only_the_absent_bus_may_know_is_worth_a_retry(
    postgres: Connection,
) -> None:
    with pytest.raises(UnavailableError, match="not in the database, and the bus"):
        walk(postgres, away, "0123456789")


def away() -> Bus:
    raise UnavailableError("redis did not answer")


class LateBus(MemoryBus):
    """A bus whose clock stands months after that of the rows."""

    def newest(self, topic: str, count: int) -> list[Record]:
        """Return the last records, with the bus's own times."""
        late = NOW + timedelta(days=200)
        found = super().newest(topic, count)
        return [replace(record, published_at=late) for record in found]


def test_steps_stand_in_the_order_of_cause_where_clocks_differ(
    postgres: Connection,
) -> None:
    bus = LateBus()
    wanted = publish_search(bus)
    PortfolioRows(postgres, NOW).insert(
        "trials",
        request_id=wanted, symbol="BTC-USD", interval="1m", strategy_name="SMA_RSI",
        window_start_at=NOW, window_end_at=NOW, trials=1, trials_with_trades=1,
        sharpe_sum=0.0, sharpe_square_sum=0.0, certificate="genetic", results=0,
        code_version="c", data_fingerprint="d", created_at=NOW,
    )  # fmt: skip

    way = walk(postgres, lambda: bus, wanted)

    assert whats(way) == ["asked", "answered", "trials stored"]
    assert "another clock" in way.notes[0]
