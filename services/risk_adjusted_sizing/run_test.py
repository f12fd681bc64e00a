import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
from psycopg2.extensions import connection as Connection

from protos.portfolio.v1.portfolio_pb2 import SizedPositions
from services.risk_adjusted_sizing.run import Outcome, run_once
from services.risk_adjusted_sizing.size import Settings
from tradestream.bus.codec import decode
from tradestream.bus.memory import MemoryBus
from tradestream.candle_store.memory import MemoryCandleStore
from tradestream.candles import CandleSeries, to_seconds
from tradestream.portfolio.sizing import Limits
from tradestream.testing.portfolio_rows import METRICS, PortfolioRows, rows

pytestmark = pytest.mark.integration

NOW = datetime(2026, 3, 14, 9, 30, tzinfo=UTC)
TOPIC = "sized-positions"
HOUR = 3600


@pytest.fixture
def made(postgres: Connection) -> PortfolioRows:
    return PortfolioRows(postgres, NOW)


@pytest.fixture
def candles() -> MemoryCandleStore:
    return MemoryCandleStore()


def write_hours(
    store: MemoryCandleStore,
    symbol: str,
    *,
    phase: float = 0.0,
    hours: int = 72,
    spread: float = 0.01,
    until: datetime = NOW,
) -> None:
    """Write one bar an hour, its range 2 · `spread` of the price."""
    end = to_seconds(until) // HOUR * HOUR
    times = end - HOUR * np.arange(hours, 0, -1, dtype=np.int64)
    hour = times / HOUR
    closes = np.round(100 * np.exp(0.001 * np.sin(hour + phase)), 4)
    store.write(
        CandleSeries(
            symbol, 60, times + 59 * 60, closes, np.round(closes * (1 + spread), 4),
            np.round(closes * (1 - spread), 4), closes, np.ones(hours),
        ),
        source="test",
        written_at=until,
    )  # fmt: skip


def size(
    connection: Connection,
    candles: MemoryCandleStore,
    bus: MemoryBus,
    *,
    settings: Settings | None = None,
    now: datetime = NOW,
) -> Outcome:
    return run_once(
        connection, lambda: candles, lambda: bus, settings or Settings(), now=now
    )


def approved(made: PortfolioRows, symbol: str = "BTC-USD", **more: object) -> str:
    identity = made.strategy(symbol, **more)  # type: ignore[arg-type]
    made.approve(identity)
    return identity


def messages(bus: MemoryBus) -> list[SizedPositions]:
    return [decode(r, SizedPositions) for r in bus.newest(TOPIC, 100)]


def test_sizes_from_the_larger_of_atr_and_adverse_excursion(
    postgres: Connection,
    candles: MemoryCandleStore,
    bus: MemoryBus,
    made: PortfolioRows,
) -> None:
    write_hours(candles, "BTC-USD", spread=0.01)
    write_hours(candles, "ETH-USD", spread=0.001, phase=math.pi / 2)
    by_atr = approved(made)
    by_excursion = approved(
        made, "ETH-USD", metrics={**METRICS, "adverse_excursion_p95": 0.4}
    )

    size(postgres, candles, bus)

    found = {p.strategy_id: p for m in messages(bus) for p in m.positions}
    assert float(found[by_atr].risk_distance) == pytest.approx(0.06, rel=0.05)
    assert found[by_atr].size == "10000.00"
    assert found[by_atr].binding_limit == "symbol"
    assert found[by_excursion].risk_distance == "0.40000001"
    assert found[by_excursion].size == "4999.99"
    assert found[by_excursion].binding_limit == "risk"
    assert found[by_atr].break_even_fee_bps == 31.5
    assert found[by_atr].anchor.ToDatetime(UTC) == made.anchor
    assert found[by_atr].as_of.ToDatetime(UTC) == NOW


def test_correlated_symbols_share_one_cap(
    postgres: Connection,
    candles: MemoryCandleStore,
    bus: MemoryBus,
    made: PortfolioRows,
) -> None:
    for number in range(4):
        write_hours(candles, f"S{number}-USD")
        approved(made, f"S{number}-USD")

    size(postgres, candles, bus)

    sized = [p for m in messages(bus) for p in m.positions]
    assert sum(Decimal(p.size) for p in sized) == Decimal(25_000)
    assert {p.binding_limit for p in sized} == {"group"}


def test_names_why_a_strategy_is_left_out(
    postgres: Connection,
    candles: MemoryCandleStore,
    bus: MemoryBus,
    made: PortfolioRows,
) -> None:
    write_hours(candles, "SHORT-USD", hours=14)
    write_hours(candles, "OLD-USD", until=NOW - timedelta(hours=4))
    write_hours(candles, "BTC-USD")
    reasons = {
        approved(made, "NONE-USD"): "missing_history",
        approved(made, "SHORT-USD"): "missing_history",
        approved(made, "OLD-USD"): "stale_history",
        approved(made, metrics={"exposure": 0.5}): "no_adverse_excursion",
    }

    outcome = size(postgres, candles, bus)

    assert outcome.sized.left_out == reasons
    assert rows(postgres, "sized_positions") == []
    assert messages(bus) == []


def test_a_position_below_a_cent_is_left_out(
    postgres: Connection,
    candles: MemoryCandleStore,
    bus: MemoryBus,
    made: PortfolioRows,
) -> None:
    write_hours(candles, "BTC-USD")
    identity = approved(made)
    poor = Settings(Limits(capital=Decimal("0.05")))

    outcome = size(postgres, candles, bus, settings=poor)

    assert outcome.sized.left_out == {identity: "too_small"}


def test_a_run_with_the_same_inputs_writes_nothing(
    postgres: Connection,
    candles: MemoryCandleStore,
    bus: MemoryBus,
    made: PortfolioRows,
) -> None:
    write_hours(candles, "BTC-USD")
    approved(made)
    size(postgres, candles, bus)
    before = rows(postgres, "sized_positions")

    again = size(postgres, candles, bus, now=NOW + timedelta(minutes=1))

    assert again.sized.unchanged
    assert rows(postgres, "sized_positions") == before
    assert len(messages(bus)) == 1


def test_a_new_hour_sizes_anew(
    postgres: Connection,
    candles: MemoryCandleStore,
    bus: MemoryBus,
    made: PortfolioRows,
) -> None:
    write_hours(candles, "BTC-USD")
    approved(made)
    size(postgres, candles, bus)
    later = NOW + timedelta(hours=1)
    write_hours(candles, "BTC-USD", hours=1, spread=0.05, until=later)

    size(postgres, candles, bus, now=later)

    distances = [Decimal(m.positions[0].risk_distance) for m in messages(bus)]
    assert distances[1] > distances[0]


def test_what_is_no_longer_approved_leaves_and_an_empty_set_is_announced(
    postgres: Connection,
    candles: MemoryCandleStore,
    bus: MemoryBus,
    made: PortfolioRows,
) -> None:
    write_hours(candles, "BTC-USD")
    approved(made)
    size(postgres, candles, bus)
    made.execute("DELETE FROM approved_strategies")

    size(postgres, candles, bus)

    assert [len(m.positions) for m in messages(bus)] == [1, 0]
    assert rows(postgres, "sized_positions") == []


def test_with_nothing_approved_neither_store_nor_bus_is_opened(
    postgres: Connection,
) -> None:
    def refuse() -> MemoryCandleStore:
        raise AssertionError("something was opened")

    outcome = run_once(
        postgres,
        refuse,
        refuse,  # type: ignore[arg-type]
        Settings(),
        now=NOW,
    )

    assert outcome.sized.approved == 0
