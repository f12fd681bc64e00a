from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestream.portfolio.sizing import Holding, Limits, Size, size_positions

CENT = Decimal("0.01")
distances = st.decimals(Decimal("0.00000001"), Decimal(1), places=8)
shares = st.decimals(Decimal("0.0001"), Decimal(1), places=4)
limits = st.builds(
    Limits,
    capital=st.decimals(CENT, Decimal(10) ** 15, places=2),
    risk=shares,
    symbol=shares,
    group=shares,
    total=shares,
)


@st.composite
def holdings(draw: st.DrawFn) -> list[Holding]:
    """Up to 60 strategies; a symbol is in one group."""
    group_of = draw(
        st.dictionaries(
            st.sampled_from([f"S{i}" for i in range(20)]),
            st.sampled_from(["G0", "G1", "G2"]),
            min_size=1,
        )
    )
    rows = draw(
        st.lists(st.tuples(st.sampled_from(sorted(group_of)), distances), max_size=60)
    )
    return [
        Holding(f"id{i:02}", symbol, group_of[symbol], distance)
        for i, (symbol, distance) in enumerate(rows)
    ]


def hold(name: str, distance: str, *, symbol: str = "A", group: str = "A") -> Holding:
    return Holding(name, symbol, group, Decimal(distance))


def test_risks_two_percent_of_capital() -> None:
    sizes = size_positions([hold("a", "0.5")], Limits())

    assert sizes == {"a": Size("a", Decimal("4000.00"), "risk")}


def test_a_symbol_holds_a_tenth_shared_by_risk() -> None:
    sizes = size_positions([hold("a", "0.1"), hold("b", "0.3")], Limits())

    assert sizes["a"] == Size("a", Decimal("7500.00"), "symbol")
    assert sizes["b"] == Size("b", Decimal("2499.99"), "symbol")


def test_a_group_of_symbols_holds_a_quarter() -> None:
    rows = [hold(f"{i}", "0.01", symbol=f"S{i}", group="G") for i in range(5)]

    sizes = size_positions(rows, Limits())

    assert {s.size for s in sizes.values()} == {Decimal("5000.00")}
    assert {s.binding_limit for s in sizes.values()} == {"group"}


def test_everything_holds_no_more_than_capital() -> None:
    rows = [hold(f"{i:02}", "0.01", symbol=f"S{i}", group=f"S{i}") for i in range(20)]

    sizes = size_positions(rows, Limits())

    assert {s.size for s in sizes.values()} == {Decimal("5000.00")}
    assert {s.binding_limit for s in sizes.values()} == {"total"}


def test_nothing_to_size_is_no_error() -> None:
    assert size_positions([], Limits()) == {}


@pytest.mark.parametrize("distance", ["0", "-0.1", "1.1", "NaN", "Infinity"])
def test_refuses_a_distance_that_is_no_fraction(distance: str) -> None:
    with pytest.raises(ValueError, match="a risk distance in"):
        size_positions([hold("a", distance)], Limits())


@pytest.mark.parametrize("capital", ["0", "-1", "NaN", "Infinity", "1e16"])
def test_refuses_an_impossible_capital(capital: str) -> None:
    with pytest.raises(ValueError, match="a capital above 0"):
        Limits(capital=Decimal(capital))


def test_refuses_a_share_above_one() -> None:
    with pytest.raises(ValueError, match="a group share in"):
        Limits(group=Decimal("1.01"))


def test_refuses_the_same_strategy_twice() -> None:
    with pytest.raises(ValueError, match="ids of their own"):
        size_positions([hold("a", "0.1"), hold("a", "0.2")], Limits())


@given(holdings(), limits)
def test_no_limit_is_ever_passed(rows: list[Holding], most: Limits) -> None:
    sizes = size_positions(rows, most)

    symbols: dict[str, Decimal] = {}
    groups: dict[str, Decimal] = {}
    for row in rows:
        size = sizes[row.strategy_id].size
        assert size * row.risk_distance <= most.capital * most.risk
        symbols[row.symbol] = symbols.get(row.symbol, Decimal(0)) + size
        groups[row.group] = groups.get(row.group, Decimal(0)) + size
    assert all(held <= most.capital * most.symbol for held in symbols.values())
    assert all(held <= most.capital * most.group for held in groups.values())
    assert sum(groups.values(), Decimal(0)) <= most.capital * most.total


@given(holdings(), limits)
def test_sizes_are_whole_cents_and_never_negative(
    rows: list[Holding], most: Limits
) -> None:
    sizes = size_positions(rows, most)

    assert sizes.keys() == {row.strategy_id for row in rows}
    assert all(s.size >= 0 and s.size == s.size.quantize(CENT) for s in sizes.values())


@given(holdings(), limits, st.randoms())
def test_order_does_not_matter(
    rows: list[Holding], most: Limits, random: Random
) -> None:
    shuffled = random.sample(rows, len(rows))

    assert size_positions(shuffled, most) == size_positions(rows, most)


@given(holdings(), limits)
def test_what_is_not_bound_by_a_cap_uses_its_whole_risk_budget(
    rows: list[Holding], most: Limits
) -> None:
    sizes = size_positions(rows, most)

    for row in rows:
        size = sizes[row.strategy_id]
        if size.binding_limit == "risk":
            larger = (size.size + CENT) * row.risk_distance
            assert larger > most.capital * most.risk - CENT * row.risk_distance - CENT
