"""T3, T4, T5, T21, T22: what may trade, how much, and what it calls for."""

import hashlib
from datetime import UTC, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protos.execution.v1.signal_pb2 import TradeSignal
from protos.portfolio.v1.portfolio_pb2 import ApprovedStrategies, SizedPositions
from tests.contracts.world import NOW, World, fill, market
from tradestream.backtest.costs import Costs
from tradestream.backtest.window import Window
from tradestream.bus.redis_streams import RedisStreamsBus
from tradestream.bus.topics import (
    RISK_APPROVED_STRATEGIES,
    SIZED_POSITIONS,
    TRADE_SIGNALS,
)
from tradestream.candles import CandleSeries, aggregate
from tradestream.instruments import Instrument
from tradestream.portfolio.sizing import Holding, Limits, size_positions
from tradestream.postgres import connect
from tradestream.signals.calls import walk
from tradestream.strategies.messages import parameters_from_proto
from tradestream.testing.portfolio_rows import PortfolioRows
from tradestream.testing.servers import Databases

CAPITAL = Decimal(100_000)
CLOSED = NOW.replace(second=0)
MINUTE = timedelta(minutes=1)


@pytest.mark.integration
def test_T03_one_message_a_symbol_with_its_whole_set_as_in_the_table(
    world: World,
) -> None:
    (message,) = world.messages(RISK_APPROVED_STRATEGIES, ApprovedStrategies)

    stored = world.query(
        "SELECT strategy_id, strategy_name, interval, parameters, anchor_at, score,"
        " reason FROM approved_strategies ORDER BY rank"
    )

    assert message.symbol == world.records[RISK_APPROVED_STRATEGIES][0].message.key
    assert 1 <= len(stored) <= 5
    assert stored == [
        (
            s.strategy_id,
            s.strategy_name,
            s.interval,
            parameters_from_proto(s.parameters),
            s.anchor.ToDatetime(UTC),
            s.score,
            s.reason,
        )
        for s in message.strategies
    ]


@pytest.mark.integration
def test_T04_one_message_a_symbol_with_every_size_as_in_the_table(
    world: World,
) -> None:
    (message,) = world.messages(SIZED_POSITIONS, SizedPositions)

    stored = world.query(
        "SELECT strategy_id, symbol, interval, strategy_name, parameters, anchor_at,"
        " size, risk_distance, break_even_fee_bps, binding_limit, as_of"
        " FROM sized_positions ORDER BY size DESC, strategy_id"
    )

    assert len(stored) >= 1
    assert message.symbol == world.records[SIZED_POSITIONS][0].message.key
    assert stored == [
        (
            p.strategy_id,
            p.symbol,
            p.interval,
            p.strategy_name,
            parameters_from_proto(p.parameters),
            p.anchor.ToDatetime(UTC),
            Decimal(p.size),
            Decimal(p.risk_distance),
            p.break_even_fee_bps,
            p.binding_limit,
            p.as_of.ToDatetime(UTC),
        )
        for p in message.positions
    ]


@pytest.mark.integration
def test_T05_signals_are_those_of_the_backtest_from_the_anchor_on(
    world: World,
) -> None:
    signals = world.messages(TRADE_SIGNALS, TradeSignal)
    (sized,) = world.messages(SIZED_POSITIONS, SizedPositions)

    for position in sized.positions:
        anchor = position.anchor.ToDatetime(UTC)
        bars = market(position.symbol, seed=1).between(anchor, CLOSED)
        window = Window(bars, Instrument(position.symbol, 0.01, 1.0), Costs())
        enter, leave = window.signals(
            position.strategy_name, parameters_from_proto(position.parameters)
        )
        first = len(bars) - 24 * 60 - 1
        calls, _ = walk(
            enter[first:].tolist(), leave[first:].tolist(), in_position=False
        )
        expected = [
            (int(bars.open_times[first + c.index]), f"ACTION_{c.action}") for c in calls
        ]
        assert expected == [
            (s.bar_open_time.seconds, TradeSignal.Action.Name(s.action))
            for s in signals
            if s.strategy_id == position.strategy_id
        ]
    assert len(signals) > 0


@pytest.mark.integration
def test_T05_a_signal_says_what_for_how_much_and_until_when(world: World) -> None:
    signals = world.messages(TRADE_SIGNALS, TradeSignal)

    assert len({s.signal_id for s in signals}) == len(signals)
    for signal in signals:
        action = TradeSignal.Action.Name(signal.action).removeprefix("ACTION_")
        content = f"{signal.strategy_id}|{signal.bar_open_time.seconds}|{action}"
        assert signal.signal_id == hashlib.sha256(content.encode()).hexdigest()
        assert signal.interval == "1m"
        assert Decimal(signal.reference_price) > 0
        assert Decimal(signal.size) > 0
        assert 0 < Decimal(signal.risk_distance) <= 1
        assert signal.HasField("break_even_fee_bps")
        assert signal.emitted_at.ToDatetime(UTC) == NOW
        closed = signal.bar_open_time.ToDatetime(UTC) + MINUTE
        assert signal.expires_at.ToDatetime(UTC) > closed
        assert signal.replayed == (NOW - closed > timedelta(minutes=3))


@pytest.mark.integration
def test_T05_who_leaves_while_in_a_position_gets_an_exit_once(
    databases: Databases, redis_url: str, redis_bus: RedisStreamsBus
) -> None:
    url = databases.create()
    fill(url)
    connection = connect(url)
    made = PortfolioRows(connection, NOW)
    identity = made.strategy("TREND-USD")
    made.size(identity)
    mine = World(url, redis_url)
    mine.run("trade_signal_generator", replay="24h", wait_for_bar="0")
    # Whatever the market did: the strategy is in a position now.
    made.execute("UPDATE signal_states SET in_position = true")
    made.execute("DELETE FROM sized_positions")
    before = len(redis_bus.newest(TRADE_SIGNALS, 1000))

    for _ in range(2):
        mine.run("trade_signal_generator", wait_for_bar="0")

    after = [r.message.value for r in redis_bus.newest(TRADE_SIGNALS, 1000)[before:]]
    (said,) = [TradeSignal.FromString(value) for value in after]
    assert said.action == TradeSignal.ACTION_EXIT
    assert said.strategy_id == identity
    connection.close()
    databases.drop(url)


@pytest.mark.integration
def test_T21_every_entry_and_every_leaving_has_a_reason(
    databases: Databases, redis_url: str
) -> None:
    url = databases.create()
    connection = connect(url)
    made = PortfolioRows(connection, NOW)
    made.strategy()
    mine = World(url, redis_url)
    mine.run("strategy_rotation")
    made.execute("UPDATE strategies SET status = 'retired', status_reason = 'faded'")

    mine.run("strategy_rotation", now=(NOW + 5 * MINUTE).isoformat())

    changes = mine.query(
        "SELECT change, reason FROM approval_changes ORDER BY changed_at"
    )
    assert [change for change, _ in changes] == ["entered", "left"]
    assert "validated" in changes[0][1]
    assert changes[1][1] == "status is retired: faded"
    connection.close()
    databases.drop(url)


@pytest.mark.integration
def test_T22_sizes_of_the_world_keep_every_limit(world: World) -> None:
    stored = world.query("SELECT symbol, size, risk_distance FROM sized_positions")

    by_symbol: dict[str, Decimal] = {}
    for symbol, size, distance in stored:
        assert size * distance <= CAPITAL * Decimal("0.02")
        by_symbol[symbol] = by_symbol.get(symbol, Decimal(0)) + size
    assert all(held <= CAPITAL * Decimal("0.10") for held in by_symbol.values())
    assert sum(by_symbol.values()) <= CAPITAL
    assert sum(by_symbol.values()) > 0


@pytest.mark.integration
def test_T22_the_risk_distance_is_the_larger_of_atr_and_adverse_excursion(
    world: World,
) -> None:
    stored = world.query(
        "SELECT p.symbol, p.risk_distance,"
        " (e.metrics ->> 'adverse_excursion_p95')::float8"
        " FROM sized_positions p JOIN approved_strategies USING (strategy_id)"
        " JOIN evaluations e USING (evaluation_id)"
    )

    for symbol, distance, excursion in stored:
        bars = market(symbol, seed=1).between(
            CLOSED - timedelta(days=14), CLOSED.replace(minute=0)
        )
        assert float(distance) == pytest.approx(
            max(3 * _atr(bars), excursion), abs=2e-8
        )


_distances = st.decimals(Decimal("0.00000001"), Decimal(1), places=8)
_symbols = st.integers(0, 30)


@given(st.lists(st.tuples(_symbols, _distances), max_size=100), st.integers(1, 5))
def test_T22_all_limits_hold_for_every_input(
    drawn: list[tuple[int, Decimal]], group_count: int
) -> None:
    holdings = [
        Holding(f"{i:03}", f"S{symbol}", f"G{symbol % group_count}", distance)
        for i, (symbol, distance) in enumerate(drawn)
    ]

    sizes = size_positions(holdings, Limits())

    for part, cap in (("symbol", "0.10"), ("group", "0.25")):
        held: dict[str, Decimal] = {}
        for holding in holdings:
            name = getattr(holding, part)
            held[name] = held.get(name, Decimal(0)) + sizes[holding.strategy_id].size
        assert all(total <= CAPITAL * Decimal(cap) for total in held.values())
    assert sum(s.size for s in sizes.values()) <= CAPITAL
    for holding in holdings:
        at_risk = sizes[holding.strategy_id].size * holding.risk_distance
        assert at_risk <= CAPITAL * Decimal("0.02")


def _atr(bars: CandleSeries) -> float:
    """Return Wilder's ATR(14) of hourly bars ÷ the last close, the slow way."""
    hours = aggregate(bars, 3600)
    ranges = [
        max(
            hours.highs[i] - hours.lows[i],
            abs(hours.highs[i] - hours.closes[i - 1]),
            abs(hours.lows[i] - hours.closes[i - 1]),
        )
        for i in range(1, len(hours))
    ]
    average = sum(ranges[:14]) / 14
    for value in ranges[14:]:
        average = (average * 13 + value) / 14
    return float(average / hours.closes[-1])
