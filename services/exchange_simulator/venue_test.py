"""The venue's markets: which there are, when they start, and that they repeat."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.exchange_simulator.candles import candle_rows
from services.exchange_simulator.days import DAY_SECONDS
from services.exchange_simulator.products import product
from services.exchange_simulator.small_venue_fake import (
    MINUTE,
    NOW,
    ORIGIN,
    SECONDS,
    venue,
)
from services.exchange_simulator.venue import (
    PLANTED,
    RECORDED_DAYS_BEHIND,
    default_origin,
    open_venue,
)

SYMBOLS = tuple(venue(altcoin=True).markets)


def newest(symbol: str, *, seed: int = 1, now: float = SECONDS) -> list[bytes]:
    query = {"granularity": "300"}
    return candle_rows(venue(seed=seed, altcoin=True).markets[symbol], query, now)


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_the_same_origin_and_seed_serve_the_same_bytes(symbol: str) -> None:
    assert newest(symbol) == newest(symbol)


@pytest.mark.parametrize(
    "symbol", [s for s in SYMBOLS if s not in ("BTC-USD", "ADA-BTC")]
)
def test_another_seed_is_another_market(symbol: str) -> None:
    assert newest(symbol) != newest(symbol, seed=2)


@given(days=st.integers(0, 6))
@settings(deadline=None, max_examples=7)
def test_a_restart_days_later_serves_the_same_past(days: int) -> None:
    query = {"start": str(MINUTE - 6000), "end": str(MINUTE - 60)}
    for symbol in ("BTC-USD", "TREND1-USD", "REVERT1-USD", "GARCH7-USD"):
        later = venue().markets[symbol]
        candle_rows(later, {}, SECONDS + days * DAY_SECONDS)

        assert candle_rows(later, query, SECONDS + days * DAY_SECONDS) == candle_rows(
            venue().markets[symbol], query, SECONDS
        )


def test_markets_are_made_only_when_asked_for() -> None:
    opened = venue()

    assert not any("history" in market.__dict__ for market in opened.markets.values())
    candle_rows(opened.markets["BTC-USD"], {}, SECONDS)
    made = [s for s, market in opened.markets.items() if "history" in market.__dict__]
    assert made == ["BTC-USD"]


def test_the_recording_is_moved_by_whole_days_and_13_lie_behind_the_opening() -> None:
    market = venue().markets["BTC-USD"]
    start = market.history.start_seconds

    assert start % DAY_SECONDS == 0
    assert start == (MINUTE // DAY_SECONDS - RECORDED_DAYS_BEHIND) * DAY_SECONDS
    first = candle_rows(market, {"start": str(start), "end": str(start)}, SECONDS)
    assert first == [f"[{start},23133.11,23152.48,23144.78,23143.72,3.912156]".encode()]


def test_synthetic_markets_begin_at_the_origin() -> None:
    assert default_origin(NOW.date(), 31) == ORIGIN
    assert default_origin(date(2026, 3, 1), 1) == date(2026, 2, 28)
    start = venue().markets["GBM1-USD"].history.start_seconds
    assert start == (ORIGIN - date(1970, 1, 1)) / timedelta(seconds=1)


def test_there_are_more_than_20_dollar_markets_each_named_for_what_it_is() -> None:
    names = {s: str(product(m)["display_name"]) for s, m in venue().markets.items()}

    assert len(names) == 22
    assert "recorded" in names["BTC-USD"]
    assert "bootstrap" in names["BTC-USD"]
    for symbol, name in names.items():
        planted = symbol in PLANTED
        assert ("planted edge" in name) == planted
        assert ("no edge" in name) == (not planted and symbol != "BTC-USD")
    for symbol, (_, sharpe) in PLANTED.items():
        assert f"about {sharpe}" in names[symbol]
    assert sorted(sharpe for _, sharpe in PLANTED.values()) == [12, 12, 40, 40, 40, 40]


def test_a_market_that_drifts_is_among_the_20_largest() -> None:
    markets = list(venue().markets.values())
    caps = [market.market_cap_usd for market in markets]

    assert caps == sorted(caps, reverse=True)
    names = [market.display_name for market in markets[:20]]
    assert len([name for name in names if "drift +" in name]) == 1


def test_increments_are_what_prices_are_multiples_of() -> None:
    for market in venue(altcoin=True).markets.values():
        described = product(market)
        tick = float(str(described["quote_increment"]))
        series = market.history.series(0, 200)

        assert float(str(described["base_increment"])) > 0
        for prices in (series.opens, series.highs, series.lows, series.closes):
            assert abs(prices / tick - (prices / tick).round()).max() < 1e-4
        series.validate()


def test_a_twin_shows_the_bars_of_its_market_under_another_name() -> None:
    whole = open_venue(origin=ORIGIN, history_days=31, seed=1, twins=2)
    twin = whole.markets["GARCH1T002-USD"]

    assert len(whole.markets) == 3 * len(venue().markets)
    assert twin.base == "GARCH1T002"
    assert twin.history is whole.markets["GARCH1-USD"].history
