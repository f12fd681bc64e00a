"""Tests of the choice of symbols."""

import random
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.top_crypto_updater.ranking import Asset, top_symbols

assets = st.lists(
    st.builds(
        Asset,
        identity=st.integers(1, 10_000),
        ticker=st.sampled_from(["BTC", "ETH", "USDT", "ADA", "XRP", "SOL"]),
        market_cap_usd=st.decimals("0.01", "1e12", places=2),
        stablecoin=st.booleans(),
    ),
    unique_by=lambda a: a.identity,
)


@given(assets, st.integers(1, 30), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(
    rows: list[Asset], limit: int, rng: random.Random
) -> None:
    shuffled = rng.sample(rows, len(rows))

    assert top_symbols(shuffled, limit=limit) == top_symbols(rows, limit=limit)


@given(assets, st.integers(1, 30))
def test_no_symbol_twice_and_no_stablecoin(rows: list[Asset], limit: int) -> None:
    symbols = top_symbols(rows, limit=limit)

    tickers = [symbol.removesuffix("-USD") for symbol in symbols]
    assert len(set(tickers)) == len(tickers) <= limit
    assert set(tickers) <= {a.ticker for a in rows if not a.stablecoin}


def test_of_two_assets_with_one_ticker_the_larger_counts() -> None:
    rows = [
        Asset(1, "AAA", Decimal(10)),
        Asset(2, "BBB", Decimal(20)),
        Asset(3, "AAA", Decimal(30)),
    ]

    assert top_symbols(rows, limit=5) == ("AAA-USD", "BBB-USD")


def test_excluded_tickers_and_the_quote_itself_are_left_out() -> None:
    rows = [Asset(n, t, Decimal(9 - n)) for n, t in enumerate(["USD", "WBTC", "ETH"])]

    chosen = top_symbols(rows, limit=5, exclude=frozenset({"WBTC"}))

    assert chosen == ("ETH-USD",)


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1, was 0"):
        top_symbols([], limit=0)
