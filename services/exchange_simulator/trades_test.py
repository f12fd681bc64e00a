"""Trades, and that they agree with the candles."""

import json
from collections import defaultdict
from typing import Any

import pytest

from services.exchange_simulator.candles import candle_rows, parse_moment
from services.exchange_simulator.errors import RefusedError
from services.exchange_simulator.market import Market
from services.exchange_simulator.small_venue_fake import (
    MINUTE,
    QUIET,
    SECONDS,
    market,
)
from services.exchange_simulator.trades import trade_page

BITCOIN, GARCH = market("BTC-USD"), market(QUIET)


def page(asked: Market, now: float = SECONDS, **query: str) -> list[dict[str, Any]]:
    trades: list[dict[str, Any]] = json.loads(trade_page(asked, query, now)[0])
    return trades


@pytest.mark.parametrize("asked", [BITCOIN, GARCH])
@pytest.mark.parametrize("now", [SECONDS, MINUTE, MINUTE + 59.9])
def test_trades_make_exactly_the_candles(asked: Market, now: float) -> None:
    minutes = defaultdict(list)
    for trade in reversed(page(asked, now)):
        minutes[int(parse_moment(trade["time"])) // 60 * 60].append(trade)
    times = sorted(minutes)[1:]
    query = {"start": str(times[0]), "end": str(times[-1]), "granularity": "60"}
    rows = [json.loads(row) for row in candle_rows(asked, query, now)]

    assert [row[0] for row in reversed(rows)] == times
    for time, low, high, opened, closed, volume in rows:
        prices = [float(trade["price"]) for trade in minutes[time]]
        assert (prices[0], prices[-1]) == (opened, closed)
        assert (min(prices), max(prices)) == (low, high)
        sizes = [float(trade["size"]) for trade in minutes[time]]
        assert min(sizes) > 0
        assert sum(sizes) == pytest.approx(volume, abs=1e-7)


def test_trades_come_newest_first_with_ids_without_a_gap() -> None:
    trades = page(GARCH)
    ids = [trade["trade_id"] for trade in trades]
    times = [trade["time"] for trade in trades]

    assert len(trades) == 1000
    assert ids == list(range(ids[0], ids[0] - 1000, -1))
    assert times == sorted(times, reverse=True)
    assert {trade["side"] for trade in trades} == {"buy", "sell"}


def test_pages_lead_from_one_to_the_next() -> None:
    query = {"limit": "10"}
    body, paging = trade_page(BITCOIN, query, SECONDS)
    newest = json.loads(body)

    older = page(BITCOIN, limit="10", after=paging["cb-after"])

    assert older[0]["trade_id"] == newest[-1]["trade_id"] - 1
    assert page(BITCOIN, before=paging["cb-after"]) == newest[:-1]
    assert page(BITCOIN, before=paging["cb-before"]) == []


def test_a_trade_keeps_its_id_and_numbers_as_time_passes() -> None:
    early = page(BITCOIN, limit="5")
    after = str(early[0]["trade_id"] + 1)

    assert page(BITCOIN, SECONDS + 90_000, limit="5", after=after) == early


def test_the_future_has_no_trades() -> None:
    assert all(parse_moment(trade["time"]) <= SECONDS for trade in page(GARCH))


@pytest.mark.parametrize("name", ["limit", "after", "before"])
def test_numbers_that_are_none_are_refused(name: str) -> None:
    with pytest.raises(RefusedError, match=f"Invalid {name}") as refused:
        trade_page(BITCOIN, {name: "-1"}, SECONDS)
    assert refused.value.status == 400
