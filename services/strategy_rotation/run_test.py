from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from psycopg2.extensions import connection as Connection

from protos.portfolio.v1.portfolio_pb2 import ApprovedStrategies
from services.strategy_rotation.run import Outcome, run_once
from tradestream.bus.codec import decode
from tradestream.bus.memory import MemoryBus
from tradestream.testing.portfolio_rows import PortfolioRows, rows, small_wave

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
TOPIC = "risk-approved-strategies"


@pytest.fixture
def made(postgres: Connection) -> PortfolioRows:
    return PortfolioRows(postgres, NOW)


def rotate(
    connection: Connection,
    bus: MemoryBus,
    *,
    statuses: Sequence[str] = ("validated",),
    now: datetime = NOW,
) -> Outcome:
    return run_once(
        connection,
        lambda: bus,
        statuses=statuses,
        most=5,
        most_correlation=0.9,
        now=now,
    )


def messages(bus: MemoryBus) -> list[ApprovedStrategies]:
    return [decode(r, ApprovedStrategies) for r in bus.newest(TOPIC, 100)]


def columns(connection: Connection, statement: str) -> list[tuple[object, ...]]:
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_approves_what_is_validated_and_says_why(
    postgres: Connection, bus: MemoryBus, made: PortfolioRows
) -> None:
    chosen = made.strategy(score=0.8)
    made.strategy(name="DONCHIAN_BREAKOUT", status="probation", score=0.9)
    made.strategy(name="BBAND_W_R", status="stale", score=0.9)

    outcome = rotate(postgres, bus)

    (message,) = messages(bus)
    assert message.symbol == "BTC-USD"
    assert message.as_of.ToDatetime(UTC) == NOW
    assert [s.strategy_id for s in message.strategies] == [chosen]
    assert message.strategies[0].anchor.ToDatetime(UTC) == made.anchor
    assert message.strategies[0].price_tick == 0.01
    assert message.strategies[0].parameters["smaPeriod"].integer > 0
    assert "validated, score 0.800, rank 1" in message.strategies[0].reason
    assert outcome.rotated.changed_symbols == ["BTC-USD"]
    assert columns(postgres, "SELECT strategy_id FROM approved_strategies") == [
        (chosen,)
    ]


def test_lets_probation_trade_only_on_purpose(
    postgres: Connection, bus: MemoryBus, made: PortfolioRows
) -> None:
    unproven = made.strategy(status="probation")

    rotate(postgres, bus, statuses=["validated", "probation"])

    assert [s.strategy_id for s in messages(bus)[0].strategies] == [unproven]


def test_says_nothing_when_nothing_changed(
    postgres: Connection, bus: MemoryBus, made: PortfolioRows
) -> None:
    identity = made.strategy(score=0.8)
    rotate(postgres, bus)
    made.execute(
        "UPDATE strategy_scores SET score = 0.7 WHERE strategy_id = %s", identity
    )
    before = rows(postgres, "approved_strategies")

    outcome = rotate(postgres, bus, now=NOW + timedelta(minutes=5))

    assert outcome.rotated.changed_symbols == []
    assert len(messages(bus)) == 1
    assert rows(postgres, "approved_strategies") == before


@pytest.mark.parametrize("status", ["stale", "retired"])
def test_an_emptied_set_is_announced_and_the_leaving_has_a_reason(
    postgres: Connection, bus: MemoryBus, made: PortfolioRows, status: str
) -> None:
    identity = made.strategy()
    rotate(postgres, bus)
    made.execute(
        "UPDATE strategies SET status = %s, status_reason = 'bars were corrected'",
        status,
    )

    rotate(postgres, bus, now=NOW + timedelta(minutes=5))

    assert len(messages(bus)[-1].strategies) == 0
    assert rows(postgres, "approved_strategies") == []
    assert columns(
        postgres,
        "SELECT strategy_id, change, reason FROM approval_changes"
        " ORDER BY changed_at DESC LIMIT 1",
    ) == [(identity, "left", f"status is {status}: bars were corrected")]


def test_keeps_its_anchor_while_its_evaluation_is_valid(
    postgres: Connection, bus: MemoryBus, made: PortfolioRows
) -> None:
    identity = made.strategy()
    rotate(postgres, bus)
    later = made.anchor + timedelta(hours=1)
    passed = made.evaluation(identity, "BTC-USD", number=1, anchor=later)
    made.exam_pass(identity, "BTC-USD", passed)

    kept = rotate(postgres, bus)
    made.execute(
        "UPDATE evaluations SET stale = true WHERE evaluation_id <> %s", passed
    )
    moved = rotate(postgres, bus, now=NOW + timedelta(minutes=5))

    assert kept.rotated.changed_symbols == []
    assert moved.rotated.changed_symbols == ["BTC-USD"]
    assert messages(bus)[-1].strategies[0].anchor.ToDatetime(UTC) == later


def test_prefers_the_evaluation_that_passed_an_exam(
    postgres: Connection, bus: MemoryBus, made: PortfolioRows
) -> None:
    identity = made.strategy()
    later = made.anchor + timedelta(hours=1)
    passed = made.evaluation(identity, "BTC-USD", number=1, anchor=later)
    made.exam_pass(identity, "BTC-USD", passed)

    rotate(postgres, bus)

    assert messages(bus)[0].strategies[0].anchor.ToDatetime(UTC) == later


def test_leaves_out_the_copy_of_a_better_one(
    postgres: Connection, bus: MemoryBus, made: PortfolioRows
) -> None:
    best = made.strategy(score=0.9, hourly=small_wave(0.3))
    made.strategy(name="DONCHIAN_BREAKOUT", score=0.8, hourly=small_wave(0.3))
    other = made.strategy(name="SMA_RSI", score=0.7, hourly=small_wave(0.7))

    outcome = rotate(postgres, bus)

    assert [s.strategy_id for s in messages(bus)[0].strategies] == [best, other]
    assert outcome.rotated.left_out == 1


def test_a_strategy_without_valid_evaluation_is_left_out(
    postgres: Connection, bus: MemoryBus, made: PortfolioRows
) -> None:
    made.strategy(stale=True)

    outcome = rotate(postgres, bus)

    assert outcome.rotated.left_out == 1
    assert messages(bus) == []


def test_with_no_strategy_at_all_the_bus_is_not_even_opened(
    postgres: Connection,
) -> None:
    def refuse() -> MemoryBus:
        raise AssertionError("the bus was opened")

    outcome = run_once(
        postgres, refuse, statuses=["validated"], most=5, most_correlation=0.9, now=NOW
    )

    assert outcome.published == 0
