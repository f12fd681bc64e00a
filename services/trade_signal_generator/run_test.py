from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from psycopg2.extensions import connection as Connection

from protos.execution.v1.signal_pb2 import TradeSignal
from services.trade_signal_generator.arrivals import Patience
from services.trade_signal_generator.market_fake import (
    CLOSED,
    MINUTE,
    NAME,
    NOW,
    Market,
)
from services.trade_signal_generator.run import Systems, run_once
from services.trade_signal_generator.settings import Settings, Tally
from tradestream.bus.codec import decode
from tradestream.bus.memory import MemoryBus
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.signals.calls import signal_id
from tradestream.testing.portfolio_rows import PortfolioRows, rows

pytestmark = pytest.mark.integration

TOPIC = "trade-signals"
TABLES = ("trade_signals", "signal_states")


@pytest.fixture
def market() -> Market:
    return Market()


@pytest.fixture
def made(postgres: Connection) -> PortfolioRows:
    return PortfolioRows(postgres, CLOSED)


@pytest.fixture
def go(postgres: Connection, market: Market, bus: MemoryBus) -> Callable[..., Tally]:
    def once(now: datetime = NOW, settings: Settings | None = None) -> Tally:
        systems = Systems(
            postgres,
            lambda: market.store,
            lambda: bus,
            lambda: now,
            Patience(0, lambda: 0.0, lambda _: None),
        )
        tally, _ = run_once(systems, settings or Settings())
        return tally

    return once


REPLAY = Settings(replay=timedelta(hours=24))


def sent(bus: MemoryBus) -> list[TradeSignal]:
    return [decode(r, TradeSignal) for r in bus.newest(TOPIC, 1000)]


def calls(bus: MemoryBus) -> list[tuple[datetime, str]]:
    return [
        (
            s.bar_open_time.ToDatetime(UTC),
            TradeSignal.Action.Name(s.action).removeprefix("ACTION_"),
        )
        for s in sent(bus)
    ]


def sized(made: PortfolioRows, **more: str) -> str:
    identity = made.strategy(name=NAME)
    made.size(identity, **more)
    return identity


def test_replays_a_day_in_one_run_and_marks_it(
    go: Callable[..., Tally], market: Market, bus: MemoryBus, made: PortfolioRows
) -> None:
    identity = sized(made)

    go(settings=REPLAY)

    expected = market.expected(CLOSED - timedelta(hours=24) - MINUTE, CLOSED)
    assert len(expected) > 10
    assert calls(bus) == expected
    old = [s for s in sent(bus) if s.replayed]
    assert len(old) >= len(expected) - 1
    assert sent(bus)[0].signal_id == signal_id(identity, expected[0][0], "ENTER")
    assert sent(bus)[0].size == "1000.00"
    assert sent(bus)[0].risk_distance == "0.02000000"
    assert sent(bus)[0].break_even_fee_bps == 31.5


def test_live_minute_by_minute_sends_what_the_backtest_says_each_once(
    go: Callable[..., Tally], market: Market, bus: MemoryBus, made: PortfolioRows
) -> None:
    sized(made)

    for minute in range(120):
        market.show(until=CLOSED + minute * MINUTE)
        tally = go(NOW + minute * MINUTE)
        assert tally.bars == 1
        assert not tally.mismatches
        assert all(age == 2.0 for age in tally.ages)

    assert calls(bus) == market.expected(CLOSED - MINUTE, CLOSED + 119 * MINUTE)
    assert len(calls(bus)) > 2
    assert not any(s.replayed for s in sent(bus))


def test_says_how_many_positions_are_open(
    go: Callable[..., Tally], market: Market, bus: MemoryBus, made: PortfolioRows
) -> None:
    sized(made)
    found = set()

    for minute in range(120):
        market.show(until=CLOSED + minute * MINUTE)
        tally = go(NOW + minute * MINUTE)
        called = [action for _, action in calls(bus)]
        assert tally.open_positions == called.count("ENTER") - called.count("EXIT")
        found.add(tally.open_positions)

    assert found == {0, 1}


def test_a_new_strategy_starts_at_the_newest_bar(
    go: Callable[..., Tally], made: PortfolioRows
) -> None:
    sized(made)

    assert go().bars == 1
    assert go().bars == 0


def test_a_second_run_writes_and_sends_nothing(
    go: Callable[..., Tally],
    postgres: Connection,
    bus: MemoryBus,
    made: PortfolioRows,
) -> None:
    sized(made)
    go(settings=REPLAY)
    before = [rows(postgres, table) for table in TABLES]
    heard = len(sent(bus))

    go(settings=REPLAY)

    assert [rows(postgres, table) for table in TABLES] == before
    assert len(sent(bus)) == heard


def test_lost_states_send_nothing_twice(
    go: Callable[..., Tally], bus: MemoryBus, made: PortfolioRows
) -> None:
    sized(made)
    go(settings=REPLAY)
    heard = calls(bus)
    made.execute("DELETE FROM signal_states")

    go(settings=REPLAY)

    assert calls(bus) == heard


def test_waits_for_a_bar_that_is_still_to_come_and_skips_none(
    go: Callable[..., Tally], market: Market, bus: MemoryBus, made: PortfolioRows
) -> None:
    sized(made)
    go()
    late = CLOSED + 10 * MINUTE
    market.show(until=late)
    market.show(start=late + MINUTE, until=late + 60 * MINUTE)

    waited = go(NOW + timedelta(hours=1) + 10 * MINUTE)
    market.show(until=late + MINUTE)
    went_on = go(NOW + timedelta(hours=1) + 10 * MINUTE)

    assert waited.bars == 10
    assert waited.withheld == {"bar_to_come": 1}
    assert went_on.bars == 60
    assert calls(bus) == market.expected(CLOSED - MINUTE, late + 60 * MINUTE)


def test_goes_on_over_a_hole_of_the_venue(
    go: Callable[..., Tally], market: Market, made: PortfolioRows
) -> None:
    sized(made)
    go()
    hole = CLOSED + 2 * MINUTE
    market.show(until=hole)
    market.show(start=hole + MINUTE, until=hole + 3 * MINUTE)
    market.store.record_venue_holes("BTC-USD", [(hole, hole + MINUTE)], checked_at=NOW)

    tally = go(NOW + 5 * MINUTE)

    assert tally.bars == 4
    assert not tally.withheld


def test_leaves_a_symbol_alone_whose_candles_are_stale(
    go: Callable[..., Tally], bus: MemoryBus, made: PortfolioRows
) -> None:
    sized(made)
    go()

    tally = go(NOW + timedelta(hours=1))

    assert tally.withheld == {"stale_candles": 1}
    assert tally.bars == 0
    assert len(calls(bus)) <= 1


def enter_once(go: Callable[..., Tally], market: Market, bus: MemoryBus) -> datetime:
    """Run live until the newest signal is an ENTER; return the time."""
    for minute in range(200):
        now = NOW + minute * MINUTE
        market.show(until=now.replace(second=0))
        go(now)
        if calls(bus) and calls(bus)[-1][1] == "ENTER":
            return now
    raise AssertionError("the market gave no entry")


def test_a_strategy_that_leaves_while_in_a_position_gets_its_exit(
    go: Callable[..., Tally],
    market: Market,
    bus: MemoryBus,
    postgres: Connection,
    made: PortfolioRows,
) -> None:
    identity = sized(made)
    now = enter_once(go, market, bus)
    made.execute("DELETE FROM sized_positions")

    go(now + timedelta(seconds=20))
    go(now + timedelta(seconds=40))

    assert calls(bus)[-2:] == [
        (calls(bus)[-2][0], "ENTER"),
        (calls(bus)[-2][0], "EXIT"),
    ]
    assert sent(bus)[-1].strategy_id == identity
    assert '"active": false' in rows(postgres, "signal_states")[0][0]


def test_a_strategy_that_leaves_flat_says_nothing_and_may_come_back(
    go: Callable[..., Tally], market: Market, bus: MemoryBus, made: PortfolioRows
) -> None:
    identity = sized(made)
    go()
    before = len(sent(bus))
    made.execute("DELETE FROM sized_positions")
    left = len(sent(bus))
    go(NOW)
    made.size(identity)
    market.show(until=CLOSED + timedelta(hours=1))

    tally = go(NOW + timedelta(hours=1))

    assert left == before
    assert tally.bars == 1


def test_an_exit_has_the_size_of_its_entry(
    go: Callable[..., Tally], market: Market, bus: MemoryBus, made: PortfolioRows
) -> None:
    sized(made)
    now = enter_once(go, market, bus)
    made.execute("UPDATE sized_positions SET size = 77.00")

    for minute in range(1, 180):
        at = now + minute * MINUTE
        market.show(until=at.replace(second=0))
        go(at)
        if calls(bus)[-1][1] == "EXIT":
            break

    assert [(c[1], s.size) for c, s in zip(calls(bus), sent(bus), strict=True)][
        -2:
    ] == [
        ("ENTER", "1000.00"),
        ("EXIT", "1000.00"),
    ]


def test_a_corrected_candle_is_counted_and_contradicts_nothing(
    go: Callable[..., Tally], market: Market, bus: MemoryBus, made: PortfolioRows
) -> None:
    sized(made)
    go(settings=REPLAY)
    heard = calls(bus)
    wrong = CLOSED - timedelta(hours=3)
    market.correct(wrong, float(market.series.closes[0]) * 1.2)
    market.show(start=CLOSED, until=CLOSED + MINUTE)

    tally = go(NOW + MINUTE)
    market.show(start=CLOSED + MINUTE, until=CLOSED + 2 * MINUTE)
    after = go(NOW + 2 * MINUTE)

    assert tally.mismatches == {"history": 1}
    assert calls(bus)[: len(heard)] == heard
    assert [c[1] for c in calls(bus)[len(heard) :]] in ([], ["EXIT"])
    assert not after.mismatches


def test_keeps_the_terms_of_a_position_until_it_is_closed(
    go: Callable[..., Tally],
    market: Market,
    bus: MemoryBus,
    postgres: Connection,
    made: PortfolioRows,
) -> None:
    sized(made)
    now = enter_once(go, market, bus)
    moved = made.anchor + timedelta(hours=1)
    made.execute("UPDATE sized_positions SET anchor_at = %s", moved)

    anchors = []
    for minute in range(1, 180):
        at = now + minute * MINUTE
        market.show(until=at.replace(second=0))
        go(at)
        with postgres, postgres.cursor() as cursor:
            cursor.execute("SELECT in_position, anchor_at FROM signal_states")
            anchors.append(cursor.fetchone())
        if anchors[-1] == (False, moved):
            break

    assert (True, made.anchor) in anchors
    assert (True, moved) not in anchors
    assert anchors[-1] == (False, moved)


def test_a_strategy_that_the_catalogue_does_not_know_stops_no_other(
    go: Callable[..., Tally], bus: MemoryBus, made: PortfolioRows
) -> None:
    sized(made)
    unknown = made.strategy(name="SMA_RSI")
    made.size(unknown)
    made.execute(
        "UPDATE sized_positions SET strategy_name = 'ASTROLOGY' WHERE strategy_id = %s",
        unknown,
    )

    tally = go(settings=REPLAY)

    assert tally.withheld == {"unknown_strategy": 1}
    assert len(calls(bus)) > 10


def test_rows_say_what_messages_say(
    go: Callable[..., Tally], bus: MemoryBus, postgres: Connection, made: PortfolioRows
) -> None:
    sized(made)
    go(settings=REPLAY)

    with postgres, postgres.cursor() as cursor:
        cursor.execute(
            "SELECT signal_id, reference_price, size, expires_at, replayed"
            " FROM trade_signals ORDER BY bar_open_at"
        )
        stored = list(cursor.fetchall())
    assert stored == [
        (
            s.signal_id,
            Decimal(s.reference_price),
            Decimal(s.size),
            s.expires_at.ToDatetime(UTC),
            s.replayed,
        )
        for s in sent(bus)
    ]


def test_with_nothing_sized_neither_store_nor_bus_is_opened(
    postgres: Connection,
) -> None:
    def refuse() -> MemoryCandleStore:
        raise AssertionError("something was opened")

    systems = Systems(
        postgres,
        refuse,
        refuse,  # type: ignore[arg-type]
        lambda: NOW,
        Patience(0, lambda: 0.0, lambda _: None),
    )

    assert run_once(systems, Settings()) == (Tally(), 0)
