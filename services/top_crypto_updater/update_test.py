"""Tests of one run."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from services.top_crypto_updater.ranking import Asset
from services.top_crypto_updater.update import Change, EmptyRankingError, update

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


class FixedRanking:
    def __init__(self, *tickers: str) -> None:
        self._tickers = tickers

    def fetch(self) -> Sequence[Asset]:
        count = len(self._tickers)
        return [
            Asset(n, ticker, Decimal(count - n), ticker == "USDT")
            for n, ticker in enumerate(self._tickers)
        ]


class MemorySymbols:
    def __init__(self, *symbols: str) -> None:
        self.symbols: tuple[str, ...] = symbols
        self.left: Mapping[str, datetime] = {}

    def read(self) -> tuple[str, ...]:
        return self.symbols

    def retired(self) -> Mapping[str, datetime]:
        return self.left

    def replace(self, symbols: Sequence[str], retired: Mapping[str, datetime]) -> None:
        self.symbols, self.left = tuple(symbols), retired


def run(ranking: FixedRanking, store: MemorySymbols, now: datetime = NOW) -> Change:
    return update(ranking, store, limit=2, exclude=frozenset(), keep_for=WEEK, now=now)


def test_keeps_stored_symbols_when_the_ranking_is_empty() -> None:
    store = MemorySymbols("BTC-USD")

    with pytest.raises(EmptyRankingError, match="at least one symbol"):
        run(FixedRanking("USDT"), store)

    assert store.symbols == ("BTC-USD",)


def test_holds_the_largest_and_says_what_changed() -> None:
    store = MemorySymbols("BTC-USD", "XRP-USD")

    change = run(FixedRanking("BTC", "USDT", "ETH", "XRP"), store)

    assert store.symbols == ("BTC-USD", "ETH-USD")
    assert change == Change(("BTC-USD", "ETH-USD"), ("ETH-USD",), ("XRP-USD",))


def test_a_symbol_that_leaves_is_ingested_for_a_week_more() -> None:
    store = MemorySymbols("BTC-USD", "XRP-USD")
    run(FixedRanking("BTC", "ETH"), store)
    assert store.left == {"XRP-USD": NOW + WEEK}

    run(FixedRanking("BTC", "ETH"), store, NOW + timedelta(days=1))
    assert store.left == {"XRP-USD": NOW + WEEK}

    run(FixedRanking("BTC", "ETH"), store, NOW + WEEK)
    assert store.left == {}


def test_a_symbol_that_comes_back_is_retired_no_more() -> None:
    store = MemorySymbols("BTC-USD", "XRP-USD")
    run(FixedRanking("BTC", "ETH"), store)

    run(FixedRanking("BTC", "XRP"), store, NOW + timedelta(hours=1))

    assert store.symbols == ("BTC-USD", "XRP-USD")
    assert store.left == {"ETH-USD": NOW + timedelta(hours=1) + WEEK}


def test_a_rerun_changes_nothing() -> None:
    store = MemorySymbols("XRP-USD")
    run(FixedRanking("BTC", "ETH"), store)
    symbols, left = store.symbols, store.left

    change = run(FixedRanking("BTC", "ETH"), store)

    assert (store.symbols, store.left) == (symbols, left)
    assert change.added == change.removed == ()
