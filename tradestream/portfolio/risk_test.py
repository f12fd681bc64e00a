import math
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.portfolio.risk import (
    DISTANCE_STEP,
    HourlyBars,
    atr_fraction,
    groups,
    risk_distance,
)

HOUR = 3600
prices = st.floats(1e-9, 1e9)


def bars(closes: Sequence[float], *, spread: float = 0.0) -> HourlyBars:
    return HourlyBars(
        [HOUR * i for i in range(len(closes))],
        [c * (1 + spread) for c in closes],
        [c * (1 - spread) for c in closes],
        closes,
    )


def walk(*, phase: float, hours: int = 100) -> list[float]:
    """Closes whose log returns are a sine of this phase."""
    level = 0.0
    closes = []
    for hour in range(hours):
        level += 0.01 * math.sin(hour + phase)
        closes.append(100 * math.exp(level))
    return closes


def test_atr_of_a_steady_range_is_that_range() -> None:
    steady = bars([100.0] * 20, spread=0.01)

    assert atr_fraction(steady) == pytest.approx(0.02)


def test_atr_starts_from_the_mean_and_then_smooths_as_wilder_does() -> None:
    closes = [100.0] * 15 + [114.0]

    assert atr_fraction(bars(closes)) == pytest.approx((14 / 14) / 114)


def test_atr_needs_fifteen_bars() -> None:
    assert atr_fraction(bars([100.0] * 14)) is None
    assert atr_fraction(bars([100.0] * 15)) == 0.0


@pytest.mark.parametrize("price", [math.nan, math.inf, -1.0, 0.0])
def test_atr_is_not_guessed_from_impossible_prices(price: float) -> None:
    assert atr_fraction(bars([*[100.0] * 19, price])) is None


def test_risk_distance_is_the_larger_of_both_rounded_up() -> None:
    assert risk_distance(0.01, 0.02) == Decimal("0.03000000")
    assert risk_distance(0.01, 0.04) == Decimal("0.04000001")
    assert risk_distance(1e-15, 0.0) == DISTANCE_STEP


def test_a_position_cannot_lose_more_than_all_of_itself() -> None:
    assert risk_distance(1e300, 0.0) == 1


def test_a_price_that_never_moved_has_no_risk_distance() -> None:
    assert risk_distance(0.0, 0.0) is None


@pytest.mark.parametrize("value", [math.nan, math.inf, -0.1])
def test_risk_distance_refuses_what_is_no_fraction(value: float) -> None:
    with pytest.raises(ValueError, match="a finite"):
        risk_distance(0.01, value)
    with pytest.raises(ValueError, match="a finite"):
        risk_distance(value, 0.01)


def test_symbols_that_move_together_are_one_group() -> None:
    found = groups(
        {
            "A": bars(walk(phase=0.0)),
            "B": bars(walk(phase=0.1)),
            "C": bars(walk(phase=math.pi / 2)),
        }
    )

    assert found == {"A": "A", "B": "A", "C": "C"}


def test_a_chain_of_correlated_symbols_is_one_group() -> None:
    found = groups({str(i): bars(walk(phase=i * math.pi / 6)) for i in range(4)})

    assert set(found.values()) == {"0"}


def test_what_is_not_known_counts_as_correlated() -> None:
    short = groups({"A": bars(walk(phase=0)), "B": bars(walk(phase=1, hours=40))})
    flat = groups({"A": bars(walk(phase=0)), "B": bars([5.0] * 100)})

    assert set(short.values()) == {"A"}
    assert set(flat.values()) == {"A"}


@given(st.lists(prices, max_size=40), st.floats(0, 0.99))
def test_atr_is_a_finite_fraction_or_none(closes: list[float], spread: float) -> None:
    atr = atr_fraction(bars(closes, spread=spread))

    assert (atr is None) == (len(closes) <= 14)
    assert atr is None or (math.isfinite(atr) and atr >= 0)


@given(
    st.dictionaries(
        st.sampled_from("ABCDEF"), st.lists(prices, max_size=60), max_size=6
    )
)
def test_every_symbol_has_a_group_named_after_a_member(
    closes: dict[str, list[float]],
) -> None:
    found = groups({symbol: bars(row) for symbol, row in closes.items()})

    assert found.keys() == closes.keys()
    assert all(found[leader] == leader for leader in found.values())
