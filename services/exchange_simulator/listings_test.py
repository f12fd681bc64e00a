"""The ranking, as CoinMarketCap has it."""

from typing import Any

import pytest

from services.exchange_simulator.listings import ListingError, listing_answer
from services.exchange_simulator.small_venue_fake import SECONDS, venue

VENUE = venue(altcoin=True)
KEY = {"x-cmc_pro_api_key": "any"}


def rows(**query: str) -> list[dict[str, Any]]:
    answer: Any = listing_answer(VENUE.markets.values(), KEY, query, SECONDS)
    assert answer["status"]["error_code"] == 0
    data: list[dict[str, Any]] = answer["data"]
    return data


def test_coins_come_by_market_cap_with_numbers() -> None:
    listed = rows()
    quotes = [row["quote"]["USD"] for row in listed]
    caps = [quote["market_cap"] for quote in quotes]

    assert [row["cmc_rank"] for row in listed] == list(range(1, len(listed) + 1))
    assert caps == sorted(caps, reverse=True)
    assert all(isinstance(row["id"], int) for row in listed)
    assert all(quote["price"] > 0 for quote in quotes)
    assert listed[0]["symbol"] == "BTC"


def test_every_dollar_market_is_listed_and_three_strangers() -> None:
    symbols = [row["symbol"] for row in rows()]
    own = {market.base for market in VENUE.markets.values() if market.quote == "USD"}

    assert len(own) == 22
    assert own < set(symbols)
    assert symbols.count("GARCH1") == 2
    assert "NOTLISTED" in symbols
    assert [row["tags"] for row in rows() if row["symbol"] == "USDT"] == [
        ["stablecoin"]
    ]
    assert len({row["id"] for row in rows()}) == len(symbols)


def test_start_and_limit_cut_a_page() -> None:
    assert rows(start="3", limit="2") == rows()[2:4]
    assert rows(start="5000") == []


@pytest.mark.parametrize(
    ("key", "code"), [({}, 1002), ({"x-cmc_pro_api_key": "invalid"}, 1001)]
)
def test_a_missing_or_wrong_key_is_refused(key: dict[str, str], code: int) -> None:
    with pytest.raises(ListingError) as refused:
        listing_answer(VENUE.markets.values(), key, {}, SECONDS)
    assert (refused.value.status, refused.value.code) == (401, code)


@pytest.mark.parametrize(
    "query", [{"start": "0"}, {"limit": "many"}, {"limit": "5001"}]
)
def test_numbers_out_of_range_are_refused(query: dict[str, str]) -> None:
    with pytest.raises(ListingError, match="must be an integer between") as refused:
        rows(**query)
    assert refused.value.status == 400
